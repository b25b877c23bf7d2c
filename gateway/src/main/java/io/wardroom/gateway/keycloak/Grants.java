package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.nimbusds.jwt.JWTParser;
import java.net.URI;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
    private final Client byPassword;
    private final Client byCode;
    private final Client byRecoveryCode;
    private final Client byBrowser;
    private final Client byApiKey;

    Grants(Connection connection) {
        this.connection = connection;
        this.keycloak = connection.settings();
        this.byPassword = new Client(keycloak.passwordClient(), keycloak.passwordSecret());
        this.byCode = new Client(keycloak.otpClient(), keycloak.otpSecret());
        this.byRecoveryCode = new Client(keycloak.recoveryClient(), keycloak.recoverySecret());
        this.byBrowser = new Client(keycloak.webClient(), keycloak.webSecret());
        this.byApiKey = new Client(keycloak.keyClient(), keycloak.keySecret());
    }

    /// Tokens for a password; empty where Keycloak refuses, whatever the reason.
    public Mono<Tokens> byPassword(String username, String password) {
        return granted(byPassword, Map.of("username", username, "password", password));
    }

    /// Tokens with the claim `mfa` for a one-time code, which Keycloak takes once; empty where it refuses, whatever the
    /// reason. Asks for no password: only for someone who has shown it, and who has a second factor, since Keycloak
    /// fails where there is none.
    public Mono<Tokens> byCode(String username, String code) {
        return granted(byCode, Map.of("username", username, "totp", code));
    }

    /// Tokens with the claim `mfa` for nothing but a name; empty where the account is locked or disabled. Only for
    /// someone who has shown the password and a recovery code.
    public Mono<Tokens> byRecoveryCode(String username) {
        return granted(byRecoveryCode, Map.of("username", username));
    }

    /// Tokens for the code that Keycloak's page sent a browser back with; empty where Keycloak refuses: a code is good
    /// once, for a minute, and for nobody but the holder of the verifier (RFC 7636).
    ///
    /// @param callback as the page was told it
    public Mono<SignedIn> byAuthorizationCode(String code, String verifier, URI callback) {
        var form = Connection.form(
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "code_verifier",
                        verifier,
                        "redirect_uri",
                        callback.toString()),
                byBrowser.id(),
                byBrowser.secret());
        return connection.grant(form, answer -> tokensIn(answer, byBrowser.id(), SignedIn.class));
    }

    /// A short-lived access token for nothing but a name; empty where the account is locked or disabled. Only for
    /// whoever has shown a key of that account. Each begins a session, to be ended by its `sid`.
    public Mono<String> byApiKey(String username) {
        return granted(byApiKey, Map.of("username", username)).map(Tokens::accessToken);
    }

    /// Newer tokens for a refresh token, which is spent by it; empty where Keycloak refuses, whatever the reason.
    public Mono<Tokens> byRefreshToken(String refreshToken) {
        return Mono.justOrEmpty(clientOf(refreshToken)).flatMap(client -> {
            var form = Connection.form(
                    Map.of("grant_type", "refresh_token", "refresh_token", refreshToken), client.id(), client.secret());
            return connection.grant(form, answer -> tokensIn(answer, client.id(), Tokens.class));
        });
    }

    private Mono<Tokens> granted(Client client, Map<String, String> credentials) {
        var fields = new HashMap<>(credentials);
        fields.put("grant_type", "password");
        fields.put("scope", "openid");
        return connection.grant(
                Connection.form(fields, client.id(), client.secret()),
                answer -> tokensIn(answer, client.id(), Tokens.class));
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

    private static <T> Mono<T> tokensIn(ClientResponse answer, String client, Class<T> form) {
        if (answer.statusCode().is2xxSuccessful()) {
            return answer.bodyToMono(form);
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
            var id = JWTParser.parse(refreshToken).getJWTClaimsSet().getStringClaim("azp");
            return Stream.of(byPassword, byCode, byRecoveryCode, byBrowser)
                    .filter(client -> client.id().equals(id))
                    .findFirst();
        } catch (ParseException noToken) {
            return Optional.empty();
        }
    }

    private record Client(String id, String secret) {
        /// Never shows the secret.
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
