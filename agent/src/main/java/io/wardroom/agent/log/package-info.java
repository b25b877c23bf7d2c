/// What the agent says on standard error.
@NullMarked
package io.wardroom.agent.log;

import org.jspecify.annotations.NullMarked;
