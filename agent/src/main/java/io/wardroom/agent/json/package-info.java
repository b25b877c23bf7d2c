/// JSON as the agent writes and reads it: streamed out, small answers read whole.
@NullMarked
package io.wardroom.agent.json;

import org.jspecify.annotations.NullMarked;
