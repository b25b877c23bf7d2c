package io.wardroom.gateway.trail;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.gateway.work.Workers;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Puts what people do at the gateway on record where nothing else is written to the database.
@Component
public class Trail {
    private static final Duration SAME = Duration.ofMinutes(1);
    private static final int MOST_REMEMBERED = 50_000;

    private final AuditTrail audit;
    private final Workers workers;
    private final Cache<Object, Mono<Void>> recorded = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(SAME)
            .build();

    Trail(AuditTrail audit, Workers workers) {
        this.audit = audit;
        this.workers = workers;
    }

    /// Ends once the deed is on record.
    public Mono<Void> record(Deed deed, Caller caller) {
        return workers.<Void>inTransaction(deed.tenant(), () -> {
            audit.record(deed, caller);
            return null;
        });
    }

    /// The same for what somebody may try again and again, so that they do not fill the log: once a minute on each
    /// replica. Whoever tries in that minute is told no sooner than it is on record. After a failure the next one
    /// tries to record it.
    ///
    /// @param what equal for the same
    public Mono<Void> recordOnce(Object what, Deed deed, Caller caller) {
        return Mono.defer(() -> recorded.get(what, _ -> record(deed, caller)
                .doOnError(_ -> recorded.invalidate(what))
                // keeps nothing of the deed
                .doOnSuccess(_ -> recorded.put(what, Mono.empty()))
                .cache()));
    }
}
