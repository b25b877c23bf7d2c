package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Written.Done;
import io.wardroom.gateway.keycloak.Written.Taken;
import io.wardroom.gateway.keycloak.Written.Unfit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient.RequestBodySpec;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The accounts of each tenant: finds, makes and changes them. Where Keycloak cannot answer, the caller gets a 503.
@Component
public class Directory {
    private static final String USERS = "/admin/realms/{realm}/users";
    private static final String USER = USERS + "/{id}";
    private static final String REALM_ROLES = USER + "/role-mappings/realm";
    private static final int AT_ONCE = 200;
    private static final int MOST_MATCHES = 10_000;

    private final Connection connection;
    private final KeycloakProperties keycloak;

    Directory(Connection connection) {
        this.connection = connection;
        this.keycloak = connection.settings();
    }

    /// A tenant's accounts by user name.
    public Mono<List<Account>> page(TenantId tenant, int offset, int limit) {
        return list(tenant, Map.of(), offset, limit);
    }

    public Mono<Long> count(TenantId tenant) {
        return connection.asAdmin(
                connection.http().get().uri(uri -> uri.path(USERS + "/count")
                        .queryParam("q", "{tenant}")
                        .build(keycloak.realm(), "tenant_id:" + tenant)),
                answer -> read(answer, Long.class));
    }

    /// Those of a tenant's accounts whose user name or e-mail address holds `text`, by user name.
    ///
    /// Keycloak's own `search` would look into every tenant, whatever else is asked for.
    public Mono<List<Account>> matching(TenantId tenant, String text) {
        return Flux.merge(all(tenant, "username", text, 0), all(tenant, "email", text, 0))
                .distinct(Account::id)
                .collectSortedList(java.util.Comparator.comparing(Account::username));
    }

    private Flux<Account> all(TenantId tenant, String field, String text, int offset) {
        return list(tenant, Map.of(field, text), offset, AT_ONCE).flatMapMany(found -> {
            var here = Flux.fromIterable(found);
            var next = offset + AT_ONCE;
            return found.size() < AT_ONCE || next >= MOST_MATCHES
                    ? here
                    : here.concatWith(Flux.defer(() -> all(tenant, field, text, next)));
        });
    }

    private Mono<List<Account>> list(TenantId tenant, Map<String, String> filters, int offset, int limit) {
        return connection
                .asAdmin(
                        connection.http().get().uri(uri -> {
                            var values = new ArrayList<Object>(List.of(keycloak.realm(), "tenant_id:" + tenant));
                            uri.path(USERS)
                                    .queryParam("q", "{tenant}")
                                    .queryParam("first", offset)
                                    .queryParam("max", limit);
                            filters.forEach((field, value) -> {
                                uri.queryParam(field, "{" + field + "}");
                                values.add(value);
                            });
                            return uri.build(values.toArray());
                        }),
                        answer -> readAll(answer, User.class))
                .map(users -> users.stream()
                        .map(User::asAccount)
                        .filter(account -> account.tenant().equals(Optional.of(tenant)))
                        .toList());
    }

    public Mono<Optional<Account>> find(UUID id) {
        return connection.asAdmin(
                connection.http().get().uri(USER, keycloak.realm(), id),
                answer -> answer.statusCode() == HttpStatus.NOT_FOUND
                        ? answer.releaseBody().thenReturn(Optional.empty())
                        : read(answer, User.class).map(user -> Optional.of(user.asAccount())));
    }

    public Mono<Optional<Account>> findByEmail(String email) {
        return connection
                .asAdmin(
                        connection.http().get().uri(uri -> uri.path(USERS)
                                .queryParam("email", "{email}")
                                .queryParam("exact", true)
                                .queryParam("max", 2)
                                .build(keycloak.realm(), email)),
                        answer -> readAll(answer, User.class))
                .map(users -> users.stream().findFirst().map(User::asAccount));
    }

    /// The names of the account's realm roles, Keycloak's own ones included.
    public Mono<Set<String>> rolesOf(UUID id) {
        return connection
                .asAdmin(
                        connection.http().get().uri(REALM_ROLES, keycloak.realm(), id),
                        answer -> answer.statusCode() == HttpStatus.NOT_FOUND
                                ? answer.releaseBody().thenReturn(List.<RoleName>of())
                                : readAll(answer, RoleName.class))
                .map(roles -> roles.stream().map(RoleName::name).collect(Collectors.toUnmodifiableSet()));
    }

    /// Whether a tenant has an owner, not disabled, beside `id`.
    public Mono<Boolean> hasOwnerBeside(TenantId tenant, UUID id) {
        return owners(0)
                .any(owner -> owner.active()
                        && !owner.id().equals(id)
                        && owner.tenant().equals(Optional.of(tenant)));
    }

    private Flux<Account> owners(int offset) {
        return connection
                .asAdmin(
                        connection.http().get().uri(uri -> uri.path("/admin/realms/{realm}/roles/{role}/users")
                                .queryParam("first", offset)
                                .queryParam("max", AT_ONCE)
                                .queryParam("briefRepresentation", false)
                                .build(keycloak.realm(), Role.OWNER.spelled())),
                        answer -> readAll(answer, User.class))
                .flatMapMany(found -> {
                    var here = Flux.fromIterable(found).map(User::asAccount);
                    return found.size() < AT_ONCE ? here : here.concatWith(Flux.defer(() -> owners(offset + AT_ONCE)));
                });
    }

    /// Makes the account, without its role.
    ///
    /// @return how it ended, and the account's id if it was made
    public Mono<Made> create(NewAccount account) {
        var body = Map.of(
                "username",
                account.username(),
                "email",
                account.email(),
                "enabled",
                true,
                "emailVerified",
                true,
                "attributes",
                Map.of("tenant_id", List.of(account.tenant().toString())),
                "credentials",
                List.of(Map.of("type", "password", "value", account.password(), "temporary", false)));
        return connection.asAdmin(
                request(HttpMethod.POST, USERS, keycloak.realm()).bodyValue(body), answer -> {
                    var place = answer.headers().asHttpHeaders().getLocation();
                    if (answer.statusCode() == HttpStatus.CREATED && place != null) {
                        var path = place.getPath();
                        var id = UUID.fromString(path.substring(path.lastIndexOf('/') + 1));
                        return answer.releaseBody().thenReturn(new Made(new Done(), id));
                    }
                    return refusal(answer).map(refused -> new Made(refused, null));
                });
    }

    /// @param id absent unless it is done
    public record Made(Written written, @Nullable UUID id) {}

    public Mono<Written> setEmail(UUID id, String email) {
        return change(id, Map.of("email", email));
    }

    public Mono<Written> setActive(UUID id, boolean active) {
        return change(id, Map.of("enabled", active));
    }

    private Mono<Written> change(UUID id, Map<String, Object> fields) {
        return connection.asAdmin(
                request(HttpMethod.PUT, USER, keycloak.realm(), id).bodyValue(fields), Directory::written);
    }

    public Mono<Written> setPassword(UUID id, String password) {
        return connection.asAdmin(
                request(HttpMethod.PUT, USER + "/reset-password", keycloak.realm(), id)
                        .bodyValue(Map.of("type", "password", "value", password, "temporary", false)),
                Directory::written);
    }

    public Mono<Void> grant(UUID id, Role role) {
        return mapped(HttpMethod.POST, id, role);
    }

    public Mono<Void> revoke(UUID id, Role role) {
        return mapped(HttpMethod.DELETE, id, role);
    }

    private Mono<Void> mapped(HttpMethod method, UUID id, Role role) {
        return connection
                .asAdmin(
                        connection
                                .http()
                                .get()
                                .uri("/admin/realms/{realm}/roles/{role}", keycloak.realm(), role.spelled()),
                        answer -> read(answer, RoleName.class))
                .flatMap(found -> connection.asAdmin(
                        request(method, REALM_ROLES, keycloak.realm(), id)
                                .bodyValue(List.of(Map.of("id", found.id(), "name", found.name()))),
                        this::nothing));
    }

    /// Ends the account's sessions: no token is renewed any more.
    public Mono<Void> endSessions(UUID id) {
        return connection.asAdmin(connection.http().post().uri(USER + "/logout", keycloak.realm(), id), this::nothing);
    }

    /// Forgets failed logins, and with them a lock.
    public Mono<Void> forgive(UUID id) {
        return connection.asAdmin(
                connection
                        .http()
                        .delete()
                        .uri("/admin/realms/{realm}/attack-detection/brute-force/users/{id}", keycloak.realm(), id),
                this::nothing);
    }

    public Mono<Void> delete(UUID id) {
        return connection.asAdmin(connection.http().delete().uri(USER, keycloak.realm(), id), this::nothing);
    }

    private RequestBodySpec request(HttpMethod method, String path, Object... values) {
        return connection.http().method(method).uri(path, values).contentType(MediaType.APPLICATION_JSON);
    }

    private <T> Mono<T> read(ClientResponse answer, Class<T> type) {
        return answer.statusCode().is2xxSuccessful()
                ? answer.bodyToMono(type)
                : Connection.misconfigured(answer, keycloak.gatewayClient());
    }

    private <T> Mono<List<T>> readAll(ClientResponse answer, Class<T> type) {
        return answer.statusCode().is2xxSuccessful()
                ? answer.bodyToFlux(type).collectList()
                : Connection.misconfigured(answer, keycloak.gatewayClient());
    }

    /// An account that is gone needs no change any more.
    private Mono<Void> nothing(ClientResponse answer) {
        return answer.statusCode().is2xxSuccessful() || answer.statusCode() == HttpStatus.NOT_FOUND
                ? answer.releaseBody()
                : Connection.misconfigured(answer, keycloak.gatewayClient());
    }

    private static Mono<Written> written(ClientResponse answer) {
        return answer.statusCode().is2xxSuccessful() ? answer.releaseBody().thenReturn(new Done()) : refusal(answer);
    }

    private static Mono<Written> refusal(ClientResponse answer) {
        return switch (answer.statusCode().value()) {
            case 409 -> answer.bodyToMono(Fault.class).map(Fault::asTaken);
            case 400 -> answer.bodyToMono(Fault.class).map(Fault::asUnfit);
            default -> Connection.misconfigured(answer, "of the directory");
        };
    }

    /// Keycloak has two forms of refusal.
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Fault(
            @Nullable String field,
            @Nullable String error,
            @JsonProperty("errorMessage") @Nullable String message,
            @JsonProperty("error_description") @Nullable String description) {
        Written asTaken() {
            return new Taken(message != null && message.contains("email") ? "email" : "username");
        }

        Written asUnfit() {
            if (description != null) {
                return new Unfit(new FieldFault("password", description));
            }
            if (message != null && message.startsWith("Password policy not met")) {
                return new Unfit(new FieldFault("password", "does not meet the password policy"));
            }
            return new Unfit(new FieldFault(field == null ? "username" : field, "is not accepted"));
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record RoleName(String id, String name) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record User(
            UUID id,
            String username,
            @Nullable String email,
            boolean enabled,
            @Nullable Boolean totp,
            @JsonProperty("createdTimestamp") @Nullable Long createdMillis,
            @Nullable Map<String, List<String>> attributes) {
        Account asAccount() {
            var tenants = attributes == null ? List.<String>of() : attributes.getOrDefault("tenant_id", List.of());
            return new Account(
                    id,
                    username,
                    email,
                    enabled,
                    tenants.stream().findFirst().flatMap(User::tenant),
                    Boolean.TRUE.equals(totp),
                    Instant.ofEpochMilli(createdMillis == null ? 0 : createdMillis));
        }

        private static Optional<TenantId> tenant(String text) {
            try {
                return Optional.of(TenantId.of(text));
            } catch (IllegalArgumentException notOurs) {
                return Optional.empty();
            }
        }
    }
}
