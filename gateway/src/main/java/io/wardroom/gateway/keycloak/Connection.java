package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.netty.channel.ChannelOption;
import io.wardroom.gateway.answer.Refusals;
import java.time.Duration;
import java.util.Map;
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
class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final Duration RENEW_BEFORE_END = Duration.ofSeconds(10);
    private static final int MOST_CONNECTIONS = 50;
    private static final int MOST_WAITING = 200;

    private final KeycloakProperties keycloak;
    private final WebClient http;
    private final CircuitBreaker breaker;
    /// The service account's token, renewed shortly before it ends.
    private final Mono<OwnToken> ownToken;

    private volatile @Nullable OwnToken refusedToken;

    KeycloakProperties settings() {
        return keycloak;
    }

    WebClient http() {
        return http;
    }

    Connection(KeycloakProperties keycloak, JsonMapper json, CircuitBreakerRegistry breakers) {
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

    /// A call to the admin API, as the gateway's own service account.
    <T> Mono<T> asAdmin(WebClient.RequestHeadersSpec<?> request, Function<ClientResponse, Mono<T>> read) {
        return ownToken.flatMap(token -> guarded(
                request.headers(headers -> headers.setBearerAuth(token.value())).exchangeToMono(answer -> {
                    if (answer.statusCode() == HttpStatus.UNAUTHORIZED) {
                        // Keycloak forgot its keys or our session: the next call asks for a new token
                        refusedToken = token;
                    }
                    return read.apply(answer);
                })));
    }

    /// A call to the token endpoint.
    <T> Mono<T> grant(MultiValueMap<String, String> form, Function<ClientResponse, Mono<T>> read) {
        return guarded(http.post()
                .uri("/realms/{realm}/protocol/openid-connect/token", keycloak.realm())
                .body(BodyInserters.fromFormData(form))
                .exchangeToMono(read));
    }

    /// Any call: behind the breaker, and a 503 where Keycloak is away.
    <T> Mono<T> guarded(Mono<T> call) {
        return call.transformDeferred(CircuitBreakerOperator.of(breaker))
                .onErrorMap(WebClientRequestException.class, away -> {
                    LOG.warn("Keycloak is away: {}", String.valueOf(away.getMessage()));
                    return Refusals.away("the identity provider");
                })
                // left alone for a while: to callers the same as away
                .onErrorMap(CallNotPermittedException.class, _ -> Refusals.away("the identity provider"));
    }

    /// Nothing the caller could put right: Keycloak is not ready yet, or its realm is not as this gateway needs it.
    static <T> Mono<T> misconfigured(ClientResponse answer, String client) {
        return answer.releaseBody().then(Mono.error(() -> {
            LOG.error("Keycloak answered {} to client {}", answer.statusCode().value(), client);
            return Refusals.away("the identity provider");
        }));
    }

    static MultiValueMap<String, String> form(Map<String, String> fields, String client, String secret) {
        var form = new LinkedMultiValueMap<String, String>();
        fields.forEach(form::add);
        form.add("client_id", client);
        form.add("client_secret", secret);
        return form;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Granted(String accessToken, long expiresIn) {}

    private record OwnToken(String value, long endsAt) {}
}
