package io.wardroom.gateway.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.TestUpstream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// What becomes of a login when Keycloak is not well.
class GrantsTest {
    private static final String TOKEN = "/realms/wardroom/protocol/openid-connect/token";

    @Test
    void nobodyListensThere() {
        isAway(keycloakAt("http://127.0.0.1:11"));
    }

    @Test
    void itTakesTooLong() {
        var server = TestUpstream.start();
        server.answer(TOKEN, (_, _) -> Mono.never());

        isAway(keycloakAt(server.url()));
        server.stop();
    }

    @Test
    void whileItHangsItIsSoonLeftAloneAndFoundAgain() {
        var server = TestUpstream.start();
        var hanging = new AtomicBoolean(true);
        var asked = new AtomicInteger();
        server.answer(TOKEN, (seen, response) -> {
            asked.incrementAndGet();
            return hanging.get()
                    ? Mono.never()
                    : TestUpstream.json(400, "{\"error\":\"invalid_grant\"}").to(seen, response);
        });
        var breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .permittedNumberOfCallsInHalfOpenState(2)
                .waitDurationInOpenState(Duration.ofMillis(500))
                .build());
        var meters = new SimpleMeterRegistry();
        TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(meters);
        var keycloak = keycloakAt(server.url(), breakers);
        assertThat(stateIn(meters)).isEqualTo("closed");

        for (int i = 0; i < 5; i++) {
            isAway(keycloak);
        }

        assertThat(stateIn(meters)).isEqualTo("open");
        asked.set(0);
        isAway(keycloak);
        assertThat(asked).hasValue(0);

        hanging.set(false);
        await("it is asked again").until(() -> {
            try {
                return keycloak.byPassword("someone", "something")
                        .blockOptional(Duration.ofSeconds(10))
                        .isEmpty();
            } catch (ProblemException still) {
                return false;
            }
        });
        assertThat(stateIn(meters)).isEqualTo("half_open");
        keycloak.byPassword("someone", "something").block(Duration.ofSeconds(10));
        assertThat(stateIn(meters)).isEqualTo("closed");
        server.stop();
    }

    private static String stateIn(MeterRegistry meters) {
        return meters.find("resilience4j.circuitbreaker.state").tag("name", "keycloak").gauges().stream()
                .filter(state -> state.value() == 1)
                .map(state -> String.valueOf(state.getId().getTag("state")))
                .collect(Collectors.joining(","));
    }

    @Test
    void itKnowsNothingOfThisGateway() {
        var server = TestUpstream.start();
        server.answer(TOKEN, TestUpstream.json(401, "{\"error\":\"invalid_client\"}"));

        isAway(keycloakAt(server.url()));
        server.stop();
    }

    @Test
    void nobodyIsSentToAPageThatIsNotThere() {
        var page = new LoginPage(connectionTo("http://127.0.0.1:11", CircuitBreakerRegistry.ofDefaults()));

        isAway(page.ready());
    }

    @Test
    void aRefusalOfThePersonIsNoFault() {
        var server = TestUpstream.start();
        server.answer(TOKEN, TestUpstream.json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"no\"}"));

        assertThat(keycloakAt(server.url()).byPassword("someone", "something").blockOptional(Duration.ofSeconds(10)))
                .isEmpty();
        server.stop();
    }

    private static void isAway(Grants keycloak) {
        isAway(keycloak.byPassword("someone", "something"));
        isAway(keycloak.byAuthorizationCode("code", "verifier", URI.create("http://127.0.0.1/callback")));
    }

    private static void isAway(Mono<?> call) {
        assertThatThrownBy(() -> call.block(Duration.ofSeconds(10)))
                .isInstanceOfSatisfying(ProblemException.class, refusal -> {
                    assertThat(refusal.problem()).isEqualTo(CommonProblem.UNAVAILABLE);
                    assertThat(refusal.retryAfter()).isPositive();
                });
    }

    private static Grants keycloakAt(String url) {
        return keycloakAt(url, CircuitBreakerRegistry.ofDefaults());
    }

    private static Grants keycloakAt(String url, CircuitBreakerRegistry breakers) {
        return new Grants(connectionTo(url, breakers));
    }

    private static Connection connectionTo(String url, CircuitBreakerRegistry breakers) {
        var settings = new KeycloakProperties(
                URI.create(url),
                URI.create(url),
                "wardroom",
                "gateway",
                "s",
                "gateway-web",
                "s",
                "gateway-pw",
                "s",
                "gateway-otp",
                "s",
                "gateway-recovery",
                "s",
                "gateway-key",
                "s",
                Duration.ofSeconds(1),
                Duration.ofMillis(300));
        var json = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        return new Connection(settings, json, breakers);
    }
}
