package io.wardroom.gateway.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.TestUpstream;
import java.net.URI;
import java.time.Duration;
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
    void itKnowsNothingOfThisGateway() {
        var server = TestUpstream.start();
        server.answer(TOKEN, TestUpstream.json(401, "{\"error\":\"invalid_client\"}"));

        isAway(keycloakAt(server.url()));
        server.stop();
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
        assertThatThrownBy(() -> keycloak.byPassword("someone", "something").block(Duration.ofSeconds(10)))
                .isInstanceOfSatisfying(ProblemException.class, refusal -> {
                    assertThat(refusal.problem()).isEqualTo(CommonProblem.UNAVAILABLE);
                    assertThat(refusal.retryAfter()).isPositive();
                });
    }

    private static Grants keycloakAt(String url) {
        var settings = new KeycloakProperties(
                URI.create(url),
                "wardroom",
                "gateway",
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
        return new Grants(new Connection(settings, json, CircuitBreakerRegistry.ofDefaults()));
    }
}
