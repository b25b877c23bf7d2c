package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.wardroom.common.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// The accounts that Keycloak keeps. Where it cannot answer, the caller gets a 503.
@Component
public class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    private static final String OTP = "otp";

    private final Connection connection;
    private final KeycloakProperties keycloak;

    Accounts(Connection connection) {
        this.connection = connection;
        this.keycloak = connection.settings();
    }

    /// The account behind a user name or an e-mail address; empty where there is none.
    public Mono<Person> named(String usernameOrEmail) {
        var field = usernameOrEmail.contains("@") ? "email" : "username";
        return connection.asAdmin(
                connection.http().get().uri(uri -> uri.path("/admin/realms/{realm}/users")
                        .queryParam(field, "{name}")
                        .queryParam("exact", true)
                        .queryParam("max", 2)
                        .build(keycloak.realm(), usernameOrEmail)),
                answer -> answer.statusCode().is2xxSuccessful()
                        ? answer.bodyToFlux(User.class).next().map(User::asPerson)
                        : Connection.misconfigured(answer, keycloak.gatewayClient()));
    }

    /// The account with an id; empty where there is none any more.
    public Mono<Person> withId(UUID id) {
        return connection.asAdmin(
                connection.http().get().uri("/admin/realms/{realm}/users/{id}", keycloak.realm(), id), answer -> {
                    if (answer.statusCode().is2xxSuccessful()) {
                        return answer.bodyToMono(User.class).map(User::asPerson);
                    }
                    return answer.statusCode() == HttpStatus.NOT_FOUND
                            ? answer.releaseBody().then(Mono.empty())
                            : Connection.misconfigured(answer, keycloak.gatewayClient());
                });
    }

    /// Gives an account a second factor beside those it may have: RFC 6238 with SHA-1, 6 digits, 30 s.
    ///
    /// @param secret in Base32
    public Mono<Void> addSecondFactor(UUID id, String secret) {
        return connection.asAdmin(
                connection
                        .http()
                        .put()
                        .uri("/admin/realms/{realm}/users/{id}", keycloak.realm(), id)
                        .bodyValue(Map.of("credentials", List.of(Credential.ofSecret(secret)))),
                this::emptyAnswer);
    }

    /// Takes every second factor from an account.
    public Mono<Void> removeSecondFactors(UUID id) {
        return connection
                .asAdmin(
                        connection
                                .http()
                                .get()
                                .uri("/admin/realms/{realm}/users/{id}/credentials", keycloak.realm(), id),
                        answer -> answer.statusCode().is2xxSuccessful()
                                ? answer.bodyToFlux(Kept.class).collectList()
                                : Connection.<List<Kept>>misconfigured(answer, keycloak.gatewayClient()))
                .flatMapIterable(kept -> kept)
                .filter(Kept::isSecondFactor)
                .concatMap(kept -> connection.asAdmin(
                        connection
                                .http()
                                .delete()
                                .uri(
                                        "/admin/realms/{realm}/users/{id}/credentials/{credential}",
                                        keycloak.realm(),
                                        id,
                                        kept.id()),
                        this::emptyAnswer))
                .then();
    }

    private Mono<Void> emptyAnswer(ClientResponse answer) {
        return answer.statusCode().is2xxSuccessful()
                ? answer.releaseBody()
                : Connection.misconfigured(answer, keycloak.gatewayClient());
    }

    /// A credential as Keycloak takes it: two of its fields are JSON texts.
    private record Credential(String type, String userLabel, String secretData, String credentialData) {
        static Credential ofSecret(String secret) {
            var json = JsonMapper.shared();
            return new Credential(
                    OTP,
                    "totp",
                    json.writeValueAsString(Map.of("value", secret)),
                    json.writeValueAsString(Map.of(
                            "subType",
                            "totp",
                            "digits",
                            6,
                            "counter",
                            0,
                            "period",
                            30,
                            "algorithm",
                            "HmacSHA1",
                            "secretEncoding",
                            "BASE32")));
        }

        /// Never shows the secret.
        @Override
        public String toString() {
            return type;
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Kept(String id, String type) {
        boolean isSecondFactor() {
            return OTP.equals(type);
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
