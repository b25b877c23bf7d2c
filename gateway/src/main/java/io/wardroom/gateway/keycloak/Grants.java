package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;
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
        return connection.grant(form, answer -> {
            if (answer.statusCode().is2xxSuccessful()) {
                return answer.bodyToMono(Tokens.class);
            }
            if (answer.statusCode().is5xxServerError()) {
                return Connection.misconfigured(answer, keycloak.passwordClient());
            }
            return answer.bodyToMono(Fault.class)
                    .flatMap(fault -> fault.isAboutThePerson()
                            ? Mono.empty()
                            : Connection.misconfigured(answer, keycloak.passwordClient()));
        });
    }

    /// Ends the session that a refresh token belongs to.
    public Mono<Void> end(Tokens tokens) {
        return connection.guarded(connection
                .http()
                .post()
                .uri("/realms/{realm}/protocol/openid-connect/logout", keycloak.realm())
                .body(BodyInserters.fromFormData(Connection.form(
                        Map.of("refresh_token", tokens.refreshToken()),
                        keycloak.passwordClient(),
                        keycloak.passwordSecret())))
                .exchangeToMono(ClientResponse::releaseBody));
    }

    /// An OAuth error (RFC 6749, section 5.2).
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Fault(String error) {
        boolean isAboutThePerson() {
            return "invalid_grant".equals(error);
        }
    }
}
