/// The gateway's own entries in the audit log.
@NullMarked
package io.wardroom.gateway.trail;

import org.jspecify.annotations.NullMarked;
