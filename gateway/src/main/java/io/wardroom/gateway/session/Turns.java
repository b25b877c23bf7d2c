package io.wardroom.gateway.session;

import io.wardroom.gateway.answer.Refusals;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Lets those who ask under the same name go one at a time, at whichever gateway.
@Component
public class Turns {
    /// Longer than Keycloak may take to answer.
    private static final Duration LONGEST_TURN = Duration.ofSeconds(8);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(25);

    private final SharedStore store;

    Turns(SharedStore store) {
        this.store = store;
    }

    /// What `work` answers, nothing included.
    ///
    /// @param name never a secret
    /// @return an error 503 where others took longer than is bearable
    public <T> Mono<T> take(String name, Mono<T> work) {
        var lock = "wardroom:turn:" + name;
        var owner = UUID.randomUUID().toString();
        return Mono.usingWhen(
                store.lock(lock, owner, LONGEST_TURN)
                        .filter(mine -> mine)
                        .repeatWhenEmpty(tries -> tries.delayElements(PAUSE))
                        .timeout(PATIENCE, Mono.error(() -> Refusals.away("the identity provider"))),
                _ -> work,
                _ -> store.unlock(lock, owner).onErrorComplete());
    }
}
