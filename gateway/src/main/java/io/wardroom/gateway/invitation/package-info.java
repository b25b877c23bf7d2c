/// Invitations into a tenant, by mail.
@NullMarked
package io.wardroom.gateway.invitation;

import org.jspecify.annotations.NullMarked;
