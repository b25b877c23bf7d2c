/// Login by password and the answer to `who am I`, with Keycloak as the only issuer of tokens.
@NullMarked
package io.wardroom.gateway.login;

import org.jspecify.annotations.NullMarked;
