/// Encryption and signatures for what the gateway hands out or lays down, from one key.
@NullMarked
package io.wardroom.gateway.seal;

import org.jspecify.annotations.NullMarked;
