package io.wardroom.gateway.person;

import java.util.UUID;
import reactor.core.publisher.Mono;

/// Shows people out whose rights or password have changed.
public interface SessionEnder {
    /// Ends all sessions of a person.
    Mono<Void> endAllOf(UUID user);
}
