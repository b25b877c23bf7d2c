/// Which credential opens a route: a person's token from Keycloak, an agent's own, an enrolment token.
@NullMarked
package io.wardroom.gateway.credential;

import org.jspecify.annotations.NullMarked;
