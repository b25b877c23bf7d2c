/// Keycloak, asked in our words: what it grants, and the accounts it keeps.
@NullMarked
package io.wardroom.gateway.keycloak;

import org.jspecify.annotations.NullMarked;
