/// What is read from the host: files and commands, each bounded in size and time.
@NullMarked
package io.wardroom.agent.host;

import org.jspecify.annotations.NullMarked;
