/// The second factor: one-time codes (RFC 6238) that Keycloak keeps and checks, and the recovery codes beside them.
@NullMarked
package io.wardroom.gateway.totp;

import org.jspecify.annotations.NullMarked;
