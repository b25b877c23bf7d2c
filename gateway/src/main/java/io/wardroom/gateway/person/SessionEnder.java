package io.wardroom.gateway.person;

import io.wardroom.gateway.keycloak.Directory;
import io.wardroom.gateway.session.Revocations;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Shows people out whose rights or password have changed.
@Component
public class SessionEnder {
    private final Directory directory;
    private final Revocations revocations;

    SessionEnder(Directory directory, Revocations revocations) {
        this.directory = directory;
        this.revocations = revocations;
    }

    /// Ends all sessions of a person in Keycloak, and with them the access tokens that are already out.
    public Mono<Void> endAllOf(UUID user) {
        return directory.endSessions(user).then(revocations.endAllOf(user));
    }
}
