/// The tenants of this installation, which platform administrators found.
@NullMarked
package io.wardroom.gateway.tenant;

import org.jspecify.annotations.NullMarked;
