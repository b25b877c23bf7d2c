package io.wardroom.gateway.person;

import io.wardroom.gateway.keycloak.Directory;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Ends sessions where they are kept: in Keycloak.
@Component
class KeycloakSessions implements SessionEnder {
    private final Directory directory;

    KeycloakSessions(Directory directory) {
        this.directory = directory;
    }

    @Override
    public Mono<Void> endAllOf(UUID user) {
        return directory.endSessions(user).then(denyTokensOf(user));
    }

    /// The place of the deny list: access tokens that are already out.
    private static Mono<Void> denyTokensOf(UUID user) {
        return Mono.empty();
    }
}
