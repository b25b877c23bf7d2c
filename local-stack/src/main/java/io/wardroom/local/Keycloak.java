package io.wardroom.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The identity provider with the realm `wardroom`, and what the stack does there before anybody can log in.
final class Keycloak {
    static final String NAME = "keycloak";
    static final String REALM = "wardroom";
    /// For whom the tokens are that the broker takes; those of people are for somebody else.
    static final String EVENTS_AUDIENCE = "wardroom-events";
    private static final String EVENTS_SCOPE = "events";
    private static final String SETUP_USER = "wardroom-setup";
    private static final String WEB_CLIENT = "gateway-web";
    private static final String CALLBACK = "/api/v1/auth/browser/callback";
    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final int HEAP_MEBIBYTES = 320;
    private static final int CONFLICT = 409;
    /// Half the life of a token of the master realm.
    private static final Duration SETUP_TOKEN_KEPT = Duration.ofSeconds(30);

    private final Home home;
    private final Ports ports;
    private final Processes processes;
    private final Secrets secrets;
    private final Http http = new Http();
    private volatile @Nullable SetupToken kept;

    Keycloak(Home home, Ports ports, Processes processes, Secrets secrets) {
        this.home = home;
        this.ports = ports;
        this.processes = processes;
        this.secrets = secrets;
    }

    private record SetupToken(String value, long got) {
        boolean isFresh() {
            return System.nanoTime() - got < SETUP_TOKEN_KEPT.toNanos();
        }
    }

    /// A person or a test's user.
    record Account(UUID id, String username) {}

    String url() {
        return ports.http(Port.KEYCLOAK);
    }

    String issuer() {
        return issuer(ports);
    }

    static String issuer(Ports ports) {
        return ports.http(Port.KEYCLOAK) + "/realms/" + REALM;
    }

    /// What the gateway alone is told.
    Map<String, String> environmentOfGateway() {
        return Map.of(
                "WARDROOM_GATEWAY_SEAL_KEY", secrets.of("gateway.seal", Keycloak::sealKey),
                "WARDROOM_KEYCLOAK_URL", url(),
                "WARDROOM_KEYCLOAK_GATEWAY_SECRET", secrets.of("keycloak.gateway"),
                "WARDROOM_KEYCLOAK_PASSWORD_SECRET", secrets.of("keycloak.gateway-pw"),
                "WARDROOM_KEYCLOAK_OTP_SECRET", secrets.of("keycloak.gateway-otp"),
                "WARDROOM_KEYCLOAK_RECOVERY_SECRET", secrets.of("keycloak.gateway-recovery"),
                "WARDROOM_KEYCLOAK_KEY_SECRET", secrets.of("keycloak.gateway-key"),
                "WARDROOM_KEYCLOAK_WEB_SECRET", secrets.of("keycloak.gateway-web"));
    }

    private static String sealKey() {
        var key = new byte[32];
        new SecureRandom().nextBytes(key);
        return HexFormat.of().formatHex(key);
    }

    /// What would have to be imported anew if it changed.
    static String definition() throws IOException {
        return Hash.short8(template());
    }

    Path data() {
        return home.data().resolve(NAME);
    }

    /// Starts the server, and gives it the realm if it has none.
    ///
    /// @return whether the realm it holds is of another definition than the one of this version
    boolean start(KeycloakDistribution distribution) throws IOException {
        distribution.furnish(data());
        kept = null;
        var archive = distribution.directory().resolve("classes.jsa");
        var words = distribution.java(
                data(),
                HEAP_MEBIBYTES,
                List.of("-XX:+AutoCreateSharedArchive", "-XX:SharedArchiveFile=" + archive, "-Xlog:disable"));
        words.addAll(List.of(
                "start",
                "--optimized",
                "--http-enabled=true",
                "--http-host=" + Ports.HOST,
                "--http-port=" + ports.of(Port.KEYCLOAK),
                "--http-management-host=" + Ports.HOST,
                "--http-management-port=" + ports.of(Port.KEYCLOAK_MANAGEMENT),
                "--hostname=" + url(),
                "--cache=local",
                // else it refuses a right password while the last login of the same account is still being written; the
                // gateway lets logins of one account go one at a time
                "--spi-brute-force-protector--default-brute-force-detector--allow-concurrent-requests=true",
                "--log-level=info,io.smallrye.health:error"));
        processes
                .start(new Command(
                        NAME,
                        Rank.KEYCLOAK,
                        words,
                        Map.of(
                                "KC_BOOTSTRAP_ADMIN_USERNAME",
                                SETUP_USER,
                                "KC_BOOTSTRAP_ADMIN_PASSWORD",
                                secrets.of("keycloak.setup")),
                        false,
                        data(),
                        ports.of(Port.KEYCLOAK)))
                .await(LIMIT, () -> http.get(ports.http(Port.KEYCLOAK_MANAGEMENT) + "/health/ready", "")
                        .ok());
        var realm = http.get(admin(""), setupToken());
        if (realm.status() == 404) {
            demand(http.json("POST", url() + "/admin/realms", setupToken(), filledTemplate()), "The realm");
            // a token tells the rights in those realms that were there when it was made
            kept = null;
            return false;
        }
        leadBackToGateway();
        var attributes = Json.asObject(Json.object(realm.body()).getOrDefault("attributes", Map.of()));
        return !definition().equals(attributes.get("wardroom.definition"));
    }

    /// The realm may have been made while the gateway had another port.
    private void leadBackToGateway() throws IOException {
        var token = setupToken();
        var found = demand(http.get(admin("/clients?clientId=" + WEB_CLIENT), token), "The client " + WEB_CLIENT);
        for (var client : Json.objects(found.body())) {
            if (!List.of(callback()).equals(client.get("redirectUris"))) {
                var changed = new LinkedHashMap<String, @Nullable Object>(client);
                changed.put("redirectUris", List.of(callback()));
                demand(
                        http.json("PUT", admin("/clients/" + Json.string(client, "id")), token, Json.write(changed)),
                        "The way back to the gateway");
            }
        }
    }

    private String callback() {
        return ports.http(Port.GATEWAY) + CALLBACK;
    }

    /// The account of that name; made if it is not there.
    ///
    /// @throws Trouble if Keycloak refuses, say a password that is too short
    Account provide(String username, @Nullable String email, String password, UUID tenant, List<String> roles)
            throws IOException {
        var token = setupToken();
        var known = find(username, token);
        if (known.isPresent()) {
            return known.get();
        }
        var user = new LinkedHashMap<String, Object>(Map.of(
                "username",
                username,
                "enabled",
                true,
                "emailVerified",
                true,
                "attributes",
                Map.of("tenant_id", List.of(tenant.toString())),
                "credentials",
                List.of(Map.of("type", "password", "value", password, "temporary", false))));
        if (email != null) {
            user.put("email", email);
        }
        var made = demand(http.json("POST", admin("/users"), token, Json.write(user)), "The user " + username);
        var id = UUID.fromString(made.location().substring(made.location().lastIndexOf('/') + 1));
        grant(id, roles, token);
        return new Account(id, username);
    }

    private void grant(UUID user, List<String> roles, String token) throws IOException {
        var representations = new java.util.ArrayList<Map<String, @Nullable Object>>();
        for (var role : roles) {
            var found = demand(http.get(admin("/roles/" + Http.encode(role)), token), "The role " + role);
            representations.add(Json.object(found.body()));
        }
        demand(
                http.json("POST", admin("/users/" + user + "/role-mappings/realm"), token, Json.write(representations)),
                "The roles " + roles);
    }

    Optional<Account> find(String username) throws IOException {
        return find(username, setupToken());
    }

    private Optional<Account> find(String username, String token) throws IOException {
        var found = demand(
                http.get(admin("/users?exact=true&username=" + Http.encode(username)), token), "The user " + username);
        return Json.objects(found.body()).stream()
                .map(user -> new Account(UUID.fromString(Json.string(user, "id")), Json.string(user, "username")))
                .findFirst();
    }

    /// Sets the password and ends what was open under the old one.
    void resetPassword(UUID user, String password) throws IOException {
        var token = setupToken();
        demand(
                http.json(
                        "PUT",
                        admin("/users/" + user + "/reset-password"),
                        token,
                        Json.write(Map.of("type", "password", "value", password, "temporary", false))),
                "The new password");
        demand(http.json("POST", admin("/users/" + user + "/logout"), token, "{}"), "The end of the old sessions");
        demand(
                http.json("DELETE", admin("/attack-detection/brute-force/users/" + user), token, ""),
                "The end of the lock");
    }

    /// An access token as the first step of a login gives it.
    String passwordGrant(String username, String password) throws IOException {
        var answer = http.form(
                tokenUrl(),
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "gateway-pw",
                        "client_secret",
                        secrets.of("keycloak.gateway-pw"),
                        "scope",
                        "openid",
                        "username",
                        username,
                        "password",
                        password));
        return Json.string(Json.object(demand(answer, "A token for " + username).body()), "access_token");
    }

    String tokenUrl() {
        return issuer() + "/protocol/openid-connect/token";
    }

    /// Makes a client that gets tokens for itself alone, which the broker takes and nothing else does.
    void provideReaderOfEvents(String client, String secret) throws IOException {
        var token = setupToken();
        var scope = http.json("POST", admin("/client-scopes"), token, Json.write(eventsScope()));
        if (scope.status() != CONFLICT) {
            demand(scope, "The scope " + EVENTS_SCOPE);
        }
        var wanted = new LinkedHashMap<String, Object>(Map.of(
                "clientId", client,
                "name", "Reads events on Kafka",
                "secret", secret,
                "enabled", true,
                "publicClient", false,
                "serviceAccountsEnabled", true,
                "standardFlowEnabled", false,
                "directAccessGrantsEnabled", false,
                "fullScopeAllowed", false,
                "defaultClientScopes", List.of(EVENTS_SCOPE)));
        wanted.put("optionalClientScopes", List.of());
        demand(http.json("POST", admin("/clients"), token, Json.write(wanted)), "The client " + client);
    }

    private static Map<String, Object> eventsScope() {
        return Map.of(
                "name",
                EVENTS_SCOPE,
                "description",
                "Lets the broker take a token",
                "protocol",
                "openid-connect",
                "attributes",
                Map.of("include.in.token.scope", "true", "display.on.consent.screen", "false"),
                "protocolMappers",
                List.of(
                        Map.of(
                                "name", "subject",
                                "protocol", "openid-connect",
                                "protocolMapper", "oidc-sub-mapper",
                                "config", Map.of("access.token.claim", "true")),
                        Map.of(
                                "name", "audience",
                                "protocol", "openid-connect",
                                "protocolMapper", "oidc-audience-mapper",
                                "config",
                                        Map.of(
                                                "included.custom.audience",
                                                EVENTS_AUDIENCE,
                                                "access.token.claim",
                                                "true"))));
    }

    /// Deletes a client; absent is fine.
    void removeClient(String client) throws IOException {
        var token = setupToken();
        var found = demand(http.get(admin("/clients?clientId=" + Http.encode(client)), token), "The client " + client);
        for (var each : Json.objects(found.body())) {
            demand(
                    http.json("DELETE", admin("/clients/" + Json.string(each, "id")), token, ""),
                    "The end of the client " + client);
        }
    }

    /// Lets each password cost next to nothing, here and at logins. For test servers: they set and check hundreds.
    void hashPasswordsCheaply() throws IOException {
        var token = setupToken();
        var realm = Json.object(demand(http.get(admin(""), token), "The realm").body());
        var policy = Json.string(realm, "passwordPolicy") + " and hashAlgorithm(pbkdf2-sha256) and hashIterations(1)";
        demand(http.json("PUT", admin(""), token, Json.write(Map.of("passwordPolicy", policy))), "The password policy");
    }

    private String setupToken() throws IOException {
        var known = kept;
        if (known == null || !known.isFresh()) {
            known = new SetupToken(newSetupToken(), System.nanoTime());
            kept = known;
        }
        return known.value();
    }

    private String newSetupToken() throws IOException {
        var answer = http.form(
                url() + "/realms/master/protocol/openid-connect/token",
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        SETUP_USER,
                        "password",
                        secrets.of("keycloak.setup")));
        if (answer.status() == 400 || answer.status() == 401) {
            throw new Trouble(
                    "Keycloak's data in %s was made with other secrets than %s holds."
                            .formatted(data(), home.secrets()),
                    "Bring that file back, or delete all data with ./wardroom reset.",
                    home.log(NAME));
        }
        return Json.string(Json.object(demand(answer, "The set-up login").body()), "access_token");
    }

    private String admin(String path) {
        return url() + "/admin/realms/" + REALM + path;
    }

    private Http.Answer demand(Http.Answer answer, String what) {
        if (answer.ok()) {
            return answer;
        }
        var body = answer.body().length() > 500 ? answer.body().substring(0, 500) : answer.body();
        throw new Trouble(
                "%s: Keycloak answered %d %s".formatted(what, answer.status(), body),
                "Its log may tell more.",
                home.log(NAME));
    }

    private String filledTemplate() throws IOException {
        var text = template().replace("@definition@", definition()).replace("@gateway.callback@", callback());
        for (var name :
                List.of("gateway", "gateway-pw", "gateway-otp", "gateway-recovery", "gateway-key", WEB_CLIENT)) {
            text = text.replace("@keycloak." + name + "@", secrets.of("keycloak." + name));
        }
        return text;
    }

    private static String template() throws IOException {
        try (var stream = Keycloak.class.getResourceAsStream("realm.json")) {
            if (stream == null) {
                throw new IOException("realm.json is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static boolean hasData(Home home) {
        return Files.exists(home.data().resolve(NAME).resolve("data/h2"));
    }
}
