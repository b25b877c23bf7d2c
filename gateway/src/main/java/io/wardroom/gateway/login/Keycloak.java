package io.wardroom.gateway.login;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.netty.channel.ChannelOption;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.answer.Refusals;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.json.JacksonJsonDecoder;
import org.springframework.stereotype.Component;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.json.JsonMapper;

/// Keycloak, asked in our words. Where it cannot answer, the caller gets a 503.
@Component
class Keycloak {
    private static final Logger LOG = LoggerFactory.getLogger(Keycloak.class);
    private static final Duration RENEW_BEFORE_END = Duration.ofSeconds(10);
    private static final int MOST_CONNECTIONS = 50;
    private static final int MOST_WAITING = 200;

    private final KeycloakProperties keycloak;
    private final WebClient http;
    private final CircuitBreaker breaker;
    /// The service account's token, renewed shortly before it ends.
    private final Mono<OwnToken> ownToken;

    private volatile @Nullable OwnToken refusedToken;

    Keycloak(KeycloakProperties keycloak, JsonMapper json, CircuitBreakerRegistry breakers) {
        this.keycloak = keycloak;
        var settings = breakers.getConfiguration("upstream").orElseGet(breakers::getDefaultConfig);
        this.breaker = breakers.circuitBreaker(
                "keycloak",
                CircuitBreakerConfig.from(settings)
                        .recordException(WebClientRequestException.class::isInstance)
                        .build());
        var connections = ConnectionProvider.builder("keycloak")
                .maxConnections(MOST_CONNECTIONS)
                .pendingAcquireMaxCount(MOST_WAITING)
                .pendingAcquireTimeout(keycloak.timeout())
                .maxIdleTime(Duration.ofSeconds(20))
                .build();
        this.http = WebClient.builder()
                .baseUrl(keycloak.url().toString())
                .clientConnector(new ReactorClientHttpConnector(HttpClient.create(connections)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                                keycloak.connectTimeout().toMillis())
                        .responseTimeout(keycloak.timeout())))
                .codecs(codecs -> codecs.defaultCodecs().jacksonJsonDecoder(new JacksonJsonDecoder(json)))
                .build();
        this.ownToken = grant(
                        form(
                                Map.of("grant_type", "client_credentials"),
                                keycloak.gatewayClient(),
                                keycloak.gatewaySecret()),
                        answer -> answer.statusCode().is2xxSuccessful()
                                ? answer.bodyToMono(Granted.class)
                                : misconfigured(answer, keycloak.gatewayClient()))
                .map(granted -> new OwnToken(
                        granted.accessToken(),
                        System.nanoTime()
                                + Duration.ofSeconds(granted.expiresIn())
                                        .minus(RENEW_BEFORE_END)
                                        .toNanos()))
                .cacheInvalidateIf(token -> token.endsAt() - System.nanoTime() < 0 || token.equals(refusedToken));
    }

    /// Tokens for a password; empty where Keycloak refuses, whatever the reason.
    Mono<Tokens> tokensFor(LogIn wish) {
        var form = form(
                Map.of(
                        "grant_type",
                        "password",
                        "scope",
                        "openid",
                        "username",
                        wish.username(),
                        "password",
                        wish.password()),
                keycloak.passwordClient(),
                keycloak.passwordSecret());
        return grant(form, answer -> {
            if (answer.statusCode().is2xxSuccessful()) {
                return answer.bodyToMono(Tokens.class);
            }
            if (answer.statusCode().is5xxServerError()) {
                return misconfigured(answer, keycloak.passwordClient());
            }
            return answer.bodyToMono(Fault.class)
                    .flatMap(fault ->
                            fault.isAboutThePerson() ? Mono.empty() : misconfigured(answer, keycloak.passwordClient()));
        });
    }

    /// Ends the session that a refresh token belongs to.
    Mono<Void> end(Tokens tokens) {
        return guarded(http.post()
                .uri("/realms/{realm}/protocol/openid-connect/logout", keycloak.realm())
                .body(BodyInserters.fromFormData(form(
                        Map.of("refresh_token", tokens.refreshToken()),
                        keycloak.passwordClient(),
                        keycloak.passwordSecret())))
                .exchangeToMono(ClientResponse::releaseBody));
    }

    /// The account behind a user name or an e-mail address; empty where there is none.
    Mono<Person> named(String usernameOrEmail) {
        var field = usernameOrEmail.contains("@") ? "email" : "username";
        return asAdmin(
                http.get().uri(uri -> uri.path("/admin/realms/{realm}/users")
                        .queryParam(field, "{name}")
                        .queryParam("exact", true)
                        .queryParam("max", 2)
                        .build(keycloak.realm(), usernameOrEmail)),
                answer -> answer.statusCode().is2xxSuccessful()
                        ? answer.bodyToFlux(User.class).next().map(User::asPerson)
                        : misconfigured(answer, keycloak.gatewayClient()));
    }

    /// The account with an id; empty where there is none any more.
    Mono<Person> withId(UUID id) {
        return asAdmin(http.get().uri("/admin/realms/{realm}/users/{id}", keycloak.realm(), id), answer -> {
            if (answer.statusCode().is2xxSuccessful()) {
                return answer.bodyToMono(User.class).map(User::asPerson);
            }
            return answer.statusCode() == HttpStatus.NOT_FOUND
                    ? answer.releaseBody().then(Mono.empty())
                    : misconfigured(answer, keycloak.gatewayClient());
        });
    }

    private <T> Mono<T> asAdmin(WebClient.RequestHeadersSpec<?> request, Function<ClientResponse, Mono<T>> read) {
        return ownToken.flatMap(token -> guarded(
                request.headers(headers -> headers.setBearerAuth(token.value())).exchangeToMono(answer -> {
                    if (answer.statusCode() == HttpStatus.UNAUTHORIZED) {
                        // Keycloak forgot its keys or our session: the next call asks for a new token
                        refusedToken = token;
                    }
                    return read.apply(answer);
                })));
    }

    private <T> Mono<T> grant(MultiValueMap<String, String> form, Function<ClientResponse, Mono<T>> read) {
        return guarded(http.post()
                .uri("/realms/{realm}/protocol/openid-connect/token", keycloak.realm())
                .body(BodyInserters.fromFormData(form))
                .exchangeToMono(read));
    }

    private <T> Mono<T> guarded(Mono<T> call) {
        return call.transformDeferred(CircuitBreakerOperator.of(breaker))
                .onErrorMap(WebClientRequestException.class, away -> {
                    LOG.warn("Keycloak is away: {}", String.valueOf(away.getMessage()));
                    return Refusals.away("the identity provider");
                });
    }

    /// Nothing the caller could put right: Keycloak is not ready yet, or its realm is not as this gateway needs it.
    private static <T> Mono<T> misconfigured(ClientResponse answer, String client) {
        return answer.releaseBody().then(Mono.error(() -> {
            LOG.error("Keycloak answered {} to client {}", answer.statusCode().value(), client);
            return Refusals.away("the identity provider");
        }));
    }

    private static MultiValueMap<String, String> form(Map<String, String> fields, String client, String secret) {
        var form = new LinkedMultiValueMap<String, String>();
        fields.forEach(form::add);
        form.add("client_id", client);
        form.add("client_secret", secret);
        return form;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Granted(String accessToken, long expiresIn) {}

    private record OwnToken(String value, long endsAt) {}

    /// An OAuth error (RFC 6749, section 5.2).
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Fault(String error) {
        boolean isAboutThePerson() {
            return "invalid_grant".equals(error);
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record User(
            UUID id,
            String username,
            @Nullable String email,
            boolean enabled,
            boolean totp,
            @Nullable Map<String, List<String>> attributes) {
        Person asPerson() {
            var tenants = attributes == null ? List.<String>of() : attributes.getOrDefault("tenant_id", List.of());
            return new Person(
                    id, username, email, enabled, tenants.stream().findFirst().flatMap(User::tenant), totp);
        }

        private static Optional<TenantId> tenant(String text) {
            try {
                return Optional.of(TenantId.of(text));
            } catch (IllegalArgumentException notOurs) {
                LOG.error("an account's tenant_id is no UUID: {}", text);
                return Optional.empty();
            }
        }
    }
}
