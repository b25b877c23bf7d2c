package io.wardroom.gateway.apikey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.work.Workers;
import java.time.Clock;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Writes down when a key was last used: once in a while, and at nobody's cost. What cannot be written is left out.
@Component
class LastUses {
    private static final Logger LOG = LoggerFactory.getLogger(LastUses.class);
    private static final int MOST_KEPT = 10_000;

    private final ApiKeyRepository repository;
    private final Workers workers;
    private final Clock clock;
    private final ApiKeyProperties properties;
    private final Cache<UUID, Boolean> noted;

    LastUses(ApiKeyRepository repository, Workers workers, Clock clock, ApiKeyProperties properties) {
        this.repository = repository;
        this.workers = workers;
        this.clock = clock;
        this.properties = properties;
        this.noted = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .expireAfterWrite(properties.usedEvery())
                .build();
    }

    void note(KnownKey key) {
        if (noted.asMap().putIfAbsent(key.id(), true) == null) {
            workers.<Void>inTransaction(new TenantId(key.tenant()), () -> {
                        repository.used(key.id(), clock.instant(), properties.usedEvery());
                        return null;
                    })
                    .onErrorResume(failure -> {
                        LOG.debug("the use of an API key is not on record: {}", failure.toString());
                        return Mono.empty();
                    })
                    .subscribe();
        }
    }
}
