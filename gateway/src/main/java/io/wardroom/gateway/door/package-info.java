/// What every request passes first: its id, the client's address, the headers it may bring, the size of its body.
@NullMarked
package io.wardroom.gateway.door;

import org.jspecify.annotations.NullMarked;
