package io.wardroom.gateway.totp;

import io.wardroom.gateway.answer.Refusals;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// What all replicas remember for some minutes, in Redis. Where that is away, the caller gets a 503: a code that cannot
/// be counted is not checked.
@Component
class FactorStore {
    /// For the connection and the command.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final long TAKEN = -1;
    /// Looks and counts in one step, so that no number of calls at once gets more than the limit.
    private static final RedisScript<Long> TAKE = RedisScript.of("""
                    if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then
                        return math.max(redis.call('PTTL', KEYS[1]), 0)
                    end
                    if redis.call('INCR', KEYS[1]) == 1 then
                        redis.call('PEXPIRE', KEYS[1], ARGV[2])
                    end
                    return -1
                    """, Long.class);
    private static final RedisScript<Long> GIVE_BACK = RedisScript.of("""
                    if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then
                        return redis.call('DECR', KEYS[1])
                    end
                    return 0
                    """, Long.class);

    private final ReactiveStringRedisTemplate redis;

    FactorStore(ReactiveStringRedisTemplate redis) {
        this.redis = redis;
    }

    Mono<Void> put(String key, String value, Duration kept) {
        return guarded(redis.opsForValue().set(key, value, kept)).then();
    }

    /// Empty where there is nothing, or nothing any more.
    Mono<String> get(String key) {
        return guarded(redis.opsForValue().get(key));
    }

    /// Whether this call is the one that removed it.
    Mono<Boolean> remove(String key) {
        return guarded(redis.delete(key)).map(removed -> removed == 1);
    }

    /// Takes one of `limit` within a period that begins with the first.
    ///
    /// @return empty if there was one left, or else how long until there are new ones
    Mono<Optional<Duration>> take(String key, int limit, Duration period) {
        return guarded(redis.execute(
                                TAKE, List.of(key), List.of(String.valueOf(limit), String.valueOf(period.toMillis())))
                        .next())
                .map(left -> left == TAKEN ? Optional.empty() : Optional.of(Duration.ofMillis(left)));
    }

    /// Undoes one [#take].
    Mono<Void> giveBack(String key) {
        return guarded(redis.execute(GIVE_BACK, List.of(key)).next()).then();
    }

    private static <T> Mono<T> guarded(Mono<T> call) {
        // the driver waits for its first connection, which is no work for an event loop
        return call.subscribeOn(Schedulers.boundedElastic())
                .timeout(PATIENCE)
                .onErrorMap(
                        cause -> cause instanceof DataAccessException || cause instanceof TimeoutException,
                        _ -> Refusals.away("the store of second factors"));
    }
}
