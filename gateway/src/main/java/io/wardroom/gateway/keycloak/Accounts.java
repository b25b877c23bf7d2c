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
import reactor.core.publisher.Mono;

/// The accounts that Keycloak keeps. Where it cannot answer, the caller gets a 503.
@Component
public class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

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
