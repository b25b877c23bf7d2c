package io.wardroom.gateway.keycloak;

import java.net.URI;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;

/// Keycloak's own page for a login, and the ID tokens that come of it.
@Component
public class LoginPage {
    private final Connection connection;
    private final KeycloakProperties keycloak;

    LoginPage(Connection connection) {
        this.connection = connection;
        this.keycloak = connection.settings();
    }

    /// Ends where Keycloak answers: a 503 is better said here than found at the end of a redirect.
    public Mono<Void> ready() {
        return connection.guarded(connection
                .http()
                .get()
                .uri("/realms/{realm}", keycloak.realm())
                .exchangeToMono(answer -> answer.statusCode().is2xxSuccessful()
                        ? answer.releaseBody()
                        : Connection.misconfigured(answer, keycloak.webClient())));
    }

    /// Where a browser is sent (RFC 6749, section 4.1.1; RFC 7636, section 4.3).
    ///
    /// @param challenge of the verifier, by SHA-256
    /// @param callback  where the browser is sent back to
    public URI address(String state, String nonce, String challenge, URI callback) {
        return UriComponentsBuilder.fromUri(keycloak.publicUrl())
                .path("/realms/{realm}/protocol/openid-connect/auth")
                .queryParam("response_type", "code")
                .queryParam("scope", "openid")
                .queryParam("client_id", "{client}")
                .queryParam("redirect_uri", "{callback}")
                .queryParam("state", "{state}")
                .queryParam("nonce", "{nonce}")
                .queryParam("code_challenge", "{challenge}")
                .queryParam("code_challenge_method", "S256")
                .encode()
                .buildAndExpand(Map.of(
                        "realm",
                        keycloak.realm(),
                        "client",
                        keycloak.webClient(),
                        "callback",
                        callback,
                        "state",
                        state,
                        "nonce",
                        nonce,
                        "challenge",
                        challenge))
                .toUri();
    }

    /// Whom its ID tokens are for.
    public String audience() {
        return keycloak.webClient();
    }
}
