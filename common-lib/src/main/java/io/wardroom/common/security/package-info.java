/// Who is calling: Keycloak's tokens, verified by every service itself.
@NullMarked
package io.wardroom.common.security;

import org.jspecify.annotations.NullMarked;
