/// Who this agent is to the hub: key, machine id, agent id and token.
@NullMarked
package io.wardroom.agent.identity;

import org.jspecify.annotations.NullMarked;
