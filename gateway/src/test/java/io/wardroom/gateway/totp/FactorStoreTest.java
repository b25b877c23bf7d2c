package io.wardroom.gateway.totp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.OnRealServers;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import reactor.core.publisher.Flux;

class FactorStoreTest extends OnRealServers {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Autowired
    private FactorStore store;

    @Test
    void ofManyAtOnceNoMoreThanTheLimitAreLetThrough() {
        var key = "test:" + UUID.randomUUID();

        var taken = Flux.range(0, 200)
                // whoever Redis does not answer in time is not let through either
                .flatMap(_ -> store.take(key, 10, Duration.ofMinutes(1)).onErrorComplete(), 50)
                .collectList()
                .block(SOON);

        assertThat(taken.stream().filter(Optional::isEmpty)).hasSizeBetween(1, 10);
        assertThat(taken.stream().flatMap(Optional::stream)).isNotEmpty().allSatisfy(wait -> assertThat(wait)
                .isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60)));
    }

    @Test
    void whatIsGivenBackCanBeTakenAgain() {
        var key = "test:" + UUID.randomUUID();
        store.take(key, 1, Duration.ofMinutes(1)).block(SOON);

        assertThat(store.take(key, 1, Duration.ofMinutes(1)).block(SOON)).isPresent();
        store.giveBack(key).block(SOON);
        store.giveBack(key).block(SOON);

        assertThat(store.take(key, 1, Duration.ofMinutes(1)).block(SOON)).isEmpty();
        assertThat(store.take(key, 1, Duration.ofMinutes(1)).block(SOON)).isPresent();
    }

    @Test
    void nothingIsCheckedWhileRedisIsAway() {
        var nobody = new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", 11));
        nobody.afterPropertiesSet();
        nobody.start();
        var away = new FactorStore(new ReactiveStringRedisTemplate(nobody));

        assertThatThrownBy(() -> away.take("key", 1, Duration.ofMinutes(1)).block(SOON))
                .isInstanceOfSatisfying(ProblemException.class, refusal -> {
                    assertThat(refusal.problem()).isEqualTo(CommonProblem.UNAVAILABLE);
                    assertThat(refusal.retryAfter()).isPositive();
                });
        nobody.destroy();
    }
}
