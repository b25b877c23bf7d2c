package io.wardroom.gateway.session;

import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.seal.Seal;
import io.wardroom.gateway.seal.Seals;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// What all gateways know for a while, in Redis. Where Redis is away, the caller gets a 503.
///
/// Sealed values are bound to their keys: one that was moved to another key is none.
@Component
public class SharedStore {
    private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);
    private static final RedisScript<Long> UNLOCK = RedisScript.of(
            "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end",
            Long.class);

    /// For the connection and the command.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ReactiveStringRedisTemplate redis;
    private final Seal seal;
    private final AtomicBoolean answering = new AtomicBoolean(true);
    private volatile boolean connected;

    SharedStore(ReactiveStringRedisTemplate redis, Seals seals) {
        this.redis = redis;
        this.seal = seals.of("session store");
    }

    /// What [#writeSealed] wrote; empty where there is nothing any more.
    Mono<String> readSealed(String key) {
        return asked(Mono.defer(() -> redis.opsForValue().get(key))).flatMap(text -> opened(key, text));
    }

    /// What [#writeSealed] wrote; empty also where anything stands at `barrier`. One round trip.
    public Mono<String> readSealedUnless(String barrier, String key) {
        return readAll(List.of(barrier, key))
                .flatMap(found -> found.getFirst() == null ? Mono.justOrEmpty(found.getLast()) : Mono.empty())
                .flatMap(text -> opened(key, text));
    }

    /// As [#readSealed], and gone afterwards: of several who take, one gets it.
    Mono<String> takeSealed(String key) {
        return asked(Mono.defer(() -> redis.opsForValue().getAndDelete(key))).flatMap(text -> opened(key, text));
    }

    public Mono<Void> writeSealed(String key, String value, Duration keep) {
        return write(key, seal.close(key + '\n' + value), keep);
    }

    public Mono<Void> write(String key, String value, Duration keep) {
        return keep.toMillis() < 1
                ? Mono.empty()
                : asked(Mono.defer(() -> redis.opsForValue().set(key, value, keep)))
                        .then();
    }

    /// The values of all keys, in their order, in one round trip.
    Mono<List<@Nullable String>> readAll(List<String> keys) {
        return asked(Mono.defer(() -> redis.opsForValue().multiGet(keys)));
    }

    public Mono<Void> delete(String key) {
        return asked(Mono.defer(() -> redis.delete(key))).then();
    }

    /// Whether the caller is the first to take that name, at whichever gateway; for `keep` nobody else will be.
    public Mono<Boolean> takeName(String name, Duration keep) {
        return asked(Mono.defer(() -> redis.opsForValue().setIfAbsent("wardroom:taken:" + name, "", keep)));
    }

    /// Whether the lock is the owner's now.
    Mono<Boolean> lock(String key, String owner, Duration longest) {
        return asked(Mono.defer(() -> redis.opsForValue().setIfAbsent(key, owner, longest)));
    }

    /// Gives the lock back, unless it ran out and is another's.
    Mono<Void> unlock(String key, String owner) {
        return asked(Mono.defer(() ->
                        redis.execute(UNLOCK, List.of(key), List.of(owner)).next()))
                .then();
    }

    private Mono<String> opened(String key, String closed) {
        var prefix = key + '\n';
        return Mono.justOrEmpty(seal.open(closed)
                .flatMap(text ->
                        text.startsWith(prefix) ? Optional.of(text.substring(prefix.length())) : Optional.empty()));
    }

    private <T> Mono<T> asked(Mono<T> call) {
        // the driver waits for its first connection, which is no work for an event loop
        var patient = connected ? call : call.subscribeOn(Schedulers.boundedElastic());
        return patient.timeout(PATIENCE)
                .doOnSuccess(_ -> answered())
                .onErrorMap(
                        cause -> cause instanceof DataAccessException || cause instanceof TimeoutException, this::away);
    }

    private void answered() {
        connected = true;
        if (!answering.get() && answering.compareAndSet(false, true)) {
            LOG.info("Redis is back: sessions are kept again");
        }
    }

    private Throwable away(Throwable cause) {
        if (answering.compareAndSet(true, false)) {
            LOG.warn("Redis is away, no session can be read or begun: {}", cause.toString());
        }
        return Refusals.away("the session store");
    }
}
