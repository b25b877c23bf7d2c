/// What goes over the wire: signatures, secrets, and a client that cannot be led to an address inside.
@NullMarked
package io.wardroom.audit.webhook.wire;

import org.jspecify.annotations.NullMarked;
