package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.nimbusds.jwt.JWTParser;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.publisher.Mono;

/// What the token endpoint grants, and what ends it. Where Keycloak cannot answer, the caller gets a 503.
@Component
public class Grants {
    private final Connection connection;
    private final KeycloakProperties keycloak;

    Grants(Connection connection) {
        this.connection = connection;
        this.keycloak = connection.settings();
    }

    /// Tokens for a password; empty where Keycloak refuses, whatever the reason.
    public Mono<Tokens> byPassword(String username, String password) {
        var form = Connection.form(
                Map.of("grant_type", "password", "scope", "openid", "username", username, "password", password),
                keycloak.passwordClient(),
                keycloak.passwordSecret());
        return connection.grant(form, answer -> tokensIn(answer, keycloak.passwordClient()));
    }

    /// Newer tokens for a refresh token, which is spent by it; empty where Keycloak refuses, whatever the reason.
    public Mono<Tokens> byRefreshToken(String refreshToken) {
        return Mono.justOrEmpty(clientOf(refreshToken)).flatMap(client -> {
            var form = Connection.form(
                    Map.of("grant_type", "refresh_token", "refresh_token", refreshToken), client.id(), client.secret());
            return connection.grant(form, answer -> tokensIn(answer, client.id()));
        });
    }

    /// Ends the session that a refresh token belongs to.
    public Mono<Void> end(Tokens tokens) {
        return Mono.justOrEmpty(clientOf(tokens.refreshToken()))
                .flatMap(client -> connection.guarded(connection
                        .http()
                        .post()
                        .uri("/realms/{realm}/protocol/openid-connect/logout", keycloak.realm())
                        .body(BodyInserters.fromFormData(Connection.form(
                                Map.of("refresh_token", tokens.refreshToken()), client.id(), client.secret())))
                        .exchangeToMono(ClientResponse::releaseBody)));
    }

    /// Ends the session with that `sid`; one that has ended already is none the worse for it.
    public Mono<Void> endSession(String sid) {
        return connection.asAdmin(
                connection.http().delete().uri("/admin/realms/{realm}/sessions/{sid}", keycloak.realm(), sid),
                answer -> answer.statusCode().is2xxSuccessful() || answer.statusCode() == HttpStatus.NOT_FOUND
                        ? answer.releaseBody()
                        : Connection.misconfigured(answer, keycloak.gatewayClient()));
    }

    private static Mono<Tokens> tokensIn(ClientResponse answer, String client) {
        if (answer.statusCode().is2xxSuccessful()) {
            return answer.bodyToMono(Tokens.class);
        }
        if (answer.statusCode().is5xxServerError()) {
            return Connection.misconfigured(answer, client);
        }
        return answer.bodyToMono(Fault.class)
                .flatMap(fault -> fault.isAboutThePerson() ? Mono.empty() : Connection.misconfigured(answer, client));
    }

    /// Which of our clients a refresh token was made for. What it says is not verified here: Keycloak does that, and
    /// refuses a token that was made for another.
    private Optional<Client> clientOf(String refreshToken) {
        try {
            var client = JWTParser.parse(refreshToken).getJWTClaimsSet().getStringClaim("azp");
            if (keycloak.passwordClient().equals(client)) {
                return Optional.of(new Client(client, keycloak.passwordSecret()));
            }
            return keycloak.otpClient().equals(client)
                    ? Optional.of(new Client(client, keycloak.otpSecret()))
                    : Optional.empty();
        } catch (ParseException noToken) {
            return Optional.empty();
        }
    }

    private record Client(String id, String secret) {
        @Override
        public String toString() {
            return id;
        }
    }

    /// An OAuth error (RFC 6749, section 5.2).
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Fault(String error) {
        boolean isAboutThePerson() {
            return "invalid_grant".equals(error);
        }
    }
}
