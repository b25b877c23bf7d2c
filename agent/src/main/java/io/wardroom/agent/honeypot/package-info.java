/// Canaries: files that nobody has a reason to touch, and the watch over them.
@NullMarked
package io.wardroom.agent.honeypot;

import org.jspecify.annotations.NullMarked;
