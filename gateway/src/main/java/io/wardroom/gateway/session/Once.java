package io.wardroom.gateway.session;

import io.wardroom.gateway.answer.Refusals;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Does a thing once for all who ask for it at about the same time, at whichever gateway.
@Component
public class Once {
    /// Longer than Keycloak may take to answer, the way to it included.
    private static final Duration LONGEST_WORK = Duration.ofSeconds(12);

    private static final Duration LONGEST_LOCK = LONGEST_WORK.plusSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(40);

    private final SharedStore store;
    private final SessionProperties session;

    Once(SharedStore store, SessionProperties session) {
        this.store = store;
        this.session = session;
    }

    /// What `work` answers, or answered a moment ago. A caller who leaves does not stop it.
    ///
    /// @param name what is asked for; never a secret
    /// @param work must answer; where it fails, who waits tries anew
    public Mono<String> ask(String name, Mono<String> work) {
        var answer = "wardroom:once:%s:answer".formatted(name);
        return store.readSealed(answer)
                .switchIfEmpty(Mono.defer(() -> tried(name, answer, work)))
                .repeatWhenEmpty(tries -> tries.delayElements(PAUSE))
                .timeout(LONGEST_LOCK, Mono.error(() -> Refusals.away("the identity provider")));
    }

    /// Empty where someone else is at it.
    private Mono<String> tried(String name, String answer, Mono<String> work) {
        var lock = "wardroom:once:%s:lock".formatted(name);
        var owner = UUID.randomUUID().toString();
        var done = store.readSealed(answer)
                .switchIfEmpty(work.timeout(LONGEST_WORK)
                        // done is done, whether or not others can be told
                        .delayUntil(said -> store.writeSealed(answer, said, session.answerKept())
                                .onErrorComplete()));
        return store.lock(lock, owner, LONGEST_LOCK)
                .filter(mine -> mine)
                .flatMap(_ -> Mono.fromFuture(
                        () -> Mono.usingWhen(Mono.just(owner), _ -> done, mine -> store.unlock(lock, mine)
                                        .onErrorComplete())
                                .toFuture(),
                        true));
    }
}
