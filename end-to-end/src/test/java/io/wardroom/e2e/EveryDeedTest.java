package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.samstevens.totp.code.DefaultCodeGenerator;
import dev.samstevens.totp.code.HashingAlgorithm;
import dev.samstevens.totp.exceptions.CodeGenerationException;
import io.wardroom.local.Stack.User;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Does everything that people can do here, and has everything refused that can be: each leaves its row in the audit
/// log. A documented route that is neither called here nor listed with a reason fails the test.
class EveryDeedTest {
    private static final UUID TENANT = UUID.randomUUID();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String NOBODY = UUID.randomUUID().toString();

    /// Routes that change something and are not seen to succeed here.
    private static final Map<String, String> DONE_ELSEWHERE = Map.of(
            "POST /api/v1/system/sync-mitre",
                    "needs a source of ATT&CK and changes it for all: its service's tests do it",
            "POST /api/v1/system/sync-mitre/rollback",
                    "takes the catalogue of all tests back: its service's tests do it");

    /// Routes that only look like changing something.
    private static final Set<String> CHANGING_NOTHING = Set.of("POST /api/v1/alert-rules/{}/backtest");

    /// Routes that change something and refuse nobody who is signed in.
    private static final Map<String, String> NEVER_REFUSED = Map.of(
            "POST /api/v1/auth/logout", "whoever has a session may end it",
            "POST /api/v1/notifications/read-all", "everybody has their own",
            "POST /api/v1/auth/totp/setup", "it turns nothing on; one that is on is turned off first");

    /// Routes that only read, and whose reading is on record: what they show opens something, or is the log itself.
    private static final Set<String> READS_ON_RECORD = Set.of(
            "GET /api/v1/audit-logs",
            "GET /api/v1/audit-logs/actions",
            "GET /api/v1/audit-logs/entity-types",
            "GET /api/v1/audit-logs/export",
            "GET /api/v1/audit-logs/{}/proof",
            "GET /api/v1/evidence/{}");

    /// Fields that may hold a secret by their names, on routes whose reading leaves no row.
    private static final Map<String, String> NO_SECRETS = Map.of(
            "GET /api/v1/webhooks", "the secret is shown when it is made or rotated, never again",
            "GET /api/v1/webhooks/{}", "the secret is shown when it is made or rotated, never again",
            "GET /api/v1/tests/{}/evidence", "a list tells no address to download from");

    private static final Pattern SECRET = Pattern.compile("(?i).*(secret|password|private_key|download_url).*|token");

    /// Tokens that came by mail, so that the next one is not taken for the last.
    private static final Set<String> MAILED = new HashSet<>();

    private final Deeds deeds = new Deeds();
    private final User ownerUser = STACK.newUser(TENANT, "owner", "platform_admin");
    private final Person owner = new Person(STACK.accessToken(ownerUser));
    private final Person viewer = Person.of(TENANT, "viewer");

    @Test
    void everyDeedAndEveryRefusalIsOnRecord() throws Exception {
        people();
        secondFactor();
        var agent = fleet();
        alerts(agent);
        purple();
        webhooks();
        deadLetters();
        reads();
        refusedByRole();

        await("every call on record").atMost(PATIENCE).untilAsserted(() -> assertThat(deeds.missing(owner))
                .isEmpty());
        var changing = changing();
        assertThat(without(without(changing, deeds.succeeded()), DONE_ELSEWHERE.keySet()))
                .as("routes of which no good call is known")
                .isEmpty();
        assertThat(without(without(changing, deeds.refused()), NEVER_REFUSED.keySet()))
                .as("routes of which no refusal is known")
                .isEmpty();
        assertThat(deeds.succeeded()).containsAll(READS_ON_RECORD);
    }

    @Test
    void whatShowsASecretIsKnown() {
        var showing = new TreeSet<String>();
        var document = document();
        document.get("paths")
                .forEachEntry(
                        (path, methods) -> methods.path("get").path("responses").forEach(response -> {
                            if (showsSecret(document, response, new HashSet<>())) {
                                showing.add(Route.shape("GET", path));
                            }
                        }));

        assertThat(without(without(showing, READS_ON_RECORD), NO_SECRETS.keySet()))
                .as("routes that seem to show a secret and whose reading is not known to be on record")
                .isEmpty();
    }

    private void people() {
        var name = "walker-" + UUID.randomUUID();
        var user = deeds.does(owner, "POST", "/api/v1/users", newUser(name)).field("id");
        deeds.isRefused(owner, "POST", "/api/v1/users", newUser(name));
        deeds.does(owner, "PATCH", "/api/v1/users/{id}", Map.of("role", "blue_tech"), user);
        deeds.isRefused(owner, "PATCH", "/api/v1/users/{id}", Map.of("role", "viewer"), NOBODY);

        var key = deeds.does(owner, "POST", "/api/v1/api-keys", Map.of("name", "walk", "scopes", List.of("read")))
                .field("id");
        deeds.does(owner, "DELETE", "/api/v1/api-keys/{id}", null, key);
        deeds.isRefused(owner, "DELETE", "/api/v1/api-keys/{id}", null, NOBODY);
        // one that may only read makes no other
        var reading = owner.post("/api/v1/api-keys", Map.of("name", "reads", "scopes", List.of("read")))
                .expect(201)
                .field("key");
        deeds.isRefused(
                new Person(reading), "POST", "/api/v1/api-keys", Map.of("name", "more", "scopes", List.of("read")));

        var tenant = Map.of(
                "name",
                "Tenant " + name,
                "owner",
                Map.of("username", "o-" + name, "email", "o-" + name + "@example.org", "password", "long enough 42"));
        deeds.does(owner, "POST", "/api/v1/tenants", tenant);
        deeds.isRefused(owner, "POST", "/api/v1/tenants", tenant);

        var guest = "guest-" + UUID.randomUUID();
        var invitation = Map.of("email", guest + "@example.org", "role", "viewer");
        deeds.does(owner, "POST", "/api/v1/invitations", invitation);
        var accept =
                Map.of("token", tokenMailedTo(guest + "@example.org"), "username", guest, "password", "long enough 42");
        deeds.does(null, "POST", "/api/v1/auth/accept-invite", accept);
        deeds.isRefused(null, "POST", "/api/v1/auth/accept-invite", accept);
        deeds.isRefused(owner, "POST", "/api/v1/invitations", invitation);

        var login = Map.of("username", guest, "password", "long enough 42");
        var session = deeds.does(null, "POST", "/api/v1/auth/login", login);
        deeds.isRefused(null, "POST", "/api/v1/auth/login", Map.of("username", guest, "password", "wrong"));
        deeds.isRefused(null, "POST", "/api/v1/auth/login", Map.of("username", NOBODY, "password", "wrong"));
        var refreshed = deeds.does(
                null, "POST", "/api/v1/auth/refresh", Map.of("refresh_token", session.field("refresh_token")));
        deeds.isRefused(null, "POST", "/api/v1/auth/refresh", Map.of("refresh_token", "nonsense"));
        deeds.does(new Person(refreshed.field("access_token")), "POST", "/api/v1/auth/logout", null);

        deeds.does(null, "POST", "/api/v1/auth/forgot-password", Map.of("email", guest + "@example.org"));
        var reset = Map.of("token", tokenMailedTo(guest + "@example.org"), "password", "another long enough 42");
        deeds.does(null, "POST", "/api/v1/auth/reset-password", reset);
        deeds.isRefused(null, "POST", "/api/v1/auth/reset-password", reset);
        forgottenByNobody();
    }

    /// It is answered like any other, so that nobody learns who has an account; the row says what it was.
    private void forgottenByNobody() {
        var address = NOBODY + "@example.org";
        var answer = deeds.isSilentlyRefused(null, "POST", "/api/v1/auth/forgot-password", Map.of("email", address));
        assertThat(answer.status()).isEqualTo(202);
    }

    private void secondFactor() {
        var user = STACK.newUser(TENANT, "blue_tech");
        var person = new Person(STACK.accessToken(user));
        var secret = deeds.does(person, "POST", "/api/v1/auth/totp/setup", null).field("secret");
        var step = Instant.now().getEpochSecond() / 30;
        deeds.isRefused(person, "POST", "/api/v1/auth/totp/verify", Map.of("code", wrongCode(secret, step)));
        var recovery = deeds.does(person, "POST", "/api/v1/auth/totp/verify", Map.of("code", code(secret, step)))
                .json()
                .get("recovery_codes");

        var login = Map.of("username", user.username(), "password", user.password());
        var challenge = owner.post("/api/v1/auth/login", login).expect(200).field("challenge_token");
        deeds.isRefused(
                null,
                "POST",
                "/api/v1/auth/totp/challenge",
                Map.of("challenge_token", challenge, "code", wrongCode(secret, step)));
        var token = deeds.does(
                        null,
                        "POST",
                        "/api/v1/auth/totp/challenge",
                        Map.of(
                                "challenge_token",
                                challenge,
                                "code",
                                recovery.get(0).asString()))
                .field("access_token");
        var again = new Person(token);
        deeds.isRefused(
                again,
                "POST",
                "/api/v1/auth/totp/disable",
                Map.of("password", "wrong", "code", recovery.get(1).asString()));
        deeds.does(
                again,
                "POST",
                "/api/v1/auth/totp/disable",
                Map.of("password", user.password(), "code", recovery.get(2).asString()));
    }

    private VirtualAgent fleet() {
        var token = deeds.does(
                        owner,
                        "POST",
                        "/api/v1/enrolment-tokens",
                        Map.of("label", "walk", "ttl_minutes", 30, "tags", List.of()))
                .field("id");
        deeds.does(owner, "DELETE", "/api/v1/enrolment-tokens/{id}", null, token);
        deeds.isRefused(owner, "DELETE", "/api/v1/enrolment-tokens/{id}", null, NOBODY);

        var agent = VirtualAgent.registered(owner);
        var gone = VirtualAgent.registered(owner);
        var governed = Map.of("owner", "walk");
        onOne(owner, "PATCH", "/api/v1/agents/{id}", Map.of("tags", List.of("walk")), agent.id);
        onOne(owner, "PUT", "/api/v1/agents/{id}/governance", governed, agent.id);
        deeds.does(
                owner,
                "POST",
                "/api/v1/agents/bulk",
                Map.of("ids", List.of(agent.id), "action", "add_tags", "tags", List.of("walk")));
        onOne(owner, "POST", "/api/v1/agents/{id}/rotate-token", null, gone.id);
        onOne(owner, "POST", "/api/v1/agents/{id}/rotate-signing-key", null, gone.id);
        onOne(owner, "DELETE", "/api/v1/agents/{id}", null, gone.id);
        deeds.does(owner, "PUT", "/api/v1/usage/retention", Map.of("raw_days", 20, "hourly_days", 300));
        return agent;
    }

    private void alerts(VirtualAgent agent) {
        var later = Instant.now().plus(1, ChronoUnit.HOURS);
        var rule = deeds.does(
                        owner,
                        "POST",
                        "/api/v1/alert-rules",
                        Map.of(
                                "name",
                                "walk",
                                "kind",
                                "metric",
                                "severity",
                                "high",
                                "metric",
                                VirtualAgent.METRIC,
                                "comparison",
                                "gt",
                                "threshold",
                                1e9))
                .field("id");
        onOne(owner, "PATCH", "/api/v1/alert-rules/{id}", Map.of("threshold", 2e9), rule);
        onOne(owner, "DELETE", "/api/v1/alert-rules/{id}", null, rule);
        var silence = deeds.does(
                        owner,
                        "POST",
                        "/api/v1/silences",
                        Map.of("reason", "walk", "tag", "walk", "ends_at", later.toString()))
                .field("id");
        onOne(owner, "DELETE", "/api/v1/silences/{id}", null, silence);
        var window = deeds.does(
                        owner,
                        "POST",
                        "/api/v1/maintenance-windows",
                        Map.of(
                                "name",
                                "walk",
                                "tags",
                                List.of("walk"),
                                "starts_at",
                                later.toString(),
                                "ends_at",
                                later.plusSeconds(600).toString()))
                .field("id");
        onOne(owner, "DELETE", "/api/v1/maintenance-windows/{id}", null, window);

        // an alert that the agent raises itself, and a batch without the signature that its key makes due
        agent.ingest(VirtualAgent.alert(UUID.randomUUID(), 1, Instant.now(), "walk"))
                .expect(202);
        agent.ingest(VirtualAgent.batch(UUID.randomUUID(), 2, Instant.now(), 1), null, Map.of())
                .expect(403);
        var alert = firstOf("/api/v1/alerts?agent_id=" + agent.id);
        onOne(owner, "PATCH", "/api/v1/alerts/{id}/acknowledge", null, alert);
        onOne(owner, "PATCH", "/api/v1/alerts/{id}/resolve", null, alert);
        var anomaly = firstOf("/api/v1/integrity-anomalies?agent_id=" + agent.id);
        onOne(owner, "PATCH", "/api/v1/integrity-anomalies/{id}/resolve", null, anomaly);
    }

    private void purple() {
        var mitreId = "TX" + UUID.randomUUID().toString().substring(0, 8);
        var form = Map.of("mitre_id", mitreId, "name", "walk", "description", "", "tactic", "execution");
        var technique = deeds.does(owner, "POST", "/api/v1/techniques", form).field("id");
        deeds.isRefused(owner, "POST", "/api/v1/techniques", form);
        onOne(owner, "PATCH", "/api/v1/techniques/{mitre_id}", Map.of("name", "walked"), mitreId);
        onOne(owner, "PATCH", "/api/v1/techniques/{mitre_id}/review", null, mitreId);
        var template = deeds.does(
                        owner,
                        "POST",
                        "/api/v1/test-templates",
                        Map.of("mitre_technique_id", mitreId, "name", "walk", "attack_procedure", "walk"))
                .field("id");

        deeds.isRefused(owner, "POST", "/api/v1/tests", Map.of("technique_id", NOBODY, "name", "walk"));
        var approved = deeds.does(owner, "POST", "/api/v1/tests", Map.of("technique_id", technique, "name", "walk"))
                .field("id");
        var rejected = deeds.does(
                        owner,
                        "POST",
                        "/api/v1/tests/from-template",
                        Map.of("template_id", template, "technique_id", technique))
                .field("id");
        deeds.isRefused(owner, "POST", "/api/v1/tests/from-template", Map.of("template_id", NOBODY));
        onOne(owner, "POST", "/api/v1/test-templates/{id}/toggle-active", null, template);

        for (var test : List.of(approved, rejected)) {
            onOne(owner, "PATCH", "/api/v1/tests/{id}", Map.of("name", "walk on"), test);
            onOne(owner, "POST", "/api/v1/tests/{id}/start-execution", null, test);
            onOne(owner, "PATCH", "/api/v1/tests/{id}/red", redReport(), test);
        }
        var boundary = "walk-" + UUID.randomUUID();
        var evidence = deeds.does(
                        owner,
                        "POST",
                        "/api/v1/tests/{test_id}/evidence",
                        "multipart/form-data; boundary=" + boundary,
                        Deeds.form(boundary, "walk.txt", "what was seen"),
                        approved,
                        "?team=red")
                .field("id");
        deeds.does(owner, "GET", "/api/v1/evidence/{id}", null, evidence);
        for (var test : List.of(approved, rejected)) {
            onOne(owner, "POST", "/api/v1/tests/{id}/submit-red", null, test);
            onOne(owner, "PATCH", "/api/v1/tests/{id}/blue", blueReport(), test);
            onOne(owner, "POST", "/api/v1/tests/{id}/submit-blue", null, test);
        }
        onOne(owner, "PATCH", "/api/v1/tests/{id}/remediation", Map.of("remediation_steps", "patch"), approved);
        onOne(
                owner,
                "POST",
                "/api/v1/tests/{id}/validate-red",
                Map.of("red_validation_status", "approved", "red_validation_notes", "walk"),
                approved);
        onOne(
                owner,
                "POST",
                "/api/v1/tests/{id}/validate-blue",
                Map.of("blue_validation_status", "approved", "blue_validation_notes", "walk"),
                approved);
        onOne(owner, "POST", "/api/v1/tests/{id}/retest", null, approved);
        onOne(owner, "POST", "/api/v1/tests/{id}/reject", Map.of("comments", "walk"), rejected);
        onOne(owner, "POST", "/api/v1/tests/{id}/reopen", null, rejected);
        // and through its states once more, to be approved by the older route
        owner.post("/api/v1/tests/%s/start-execution".formatted(rejected), Map.of())
                .expect(200);
        owner.send("PATCH", "/api/v1/tests/%s/red".formatted(rejected), Answer.JSON.writeValueAsString(redReport()))
                .expect(200);
        owner.post("/api/v1/tests/%s/submit-red".formatted(rejected), Map.of()).expect(200);
        owner.send("PATCH", "/api/v1/tests/%s/blue".formatted(rejected), Answer.JSON.writeValueAsString(blueReport()))
                .expect(200);
        owner.post("/api/v1/tests/%s/submit-blue".formatted(rejected), Map.of()).expect(200);
        onOne(owner, "POST", "/api/v1/tests/{id}/validate", Map.of("result", "detected", "comments", "walk"), rejected);

        var told = firstOf("/api/v1/notifications?limit=100");
        onOne(owner, "PATCH", "/api/v1/notifications/{id}/read", null, told);
        deeds.does(owner, "POST", "/api/v1/notifications/read-all", null);
        deeds.does(owner, "POST", "/api/v1/system/run-intel-scan", null);
        deeds.isRefused(owner, "POST", "/api/v1/system/sync-mitre", null, "?source=" + NOBODY + ".json");
    }

    private void webhooks() {
        // a name that leads nowhere: what is sent is tried, and failed
        var hook = deeds.does(owner, "POST", "/api/v1/webhooks", webhook("https://hooks.invalid/walk"))
                .field("id");
        deeds.isRefused(owner, "POST", "/api/v1/webhooks", webhook("https://127.0.0.1/walk"));
        onOne(owner, "PATCH", "/api/v1/webhooks/{id}", Map.of("description", "walked on"), hook);
        onOne(owner, "POST", "/api/v1/webhooks/{id}/rotate-secret", null, hook);
        onOne(owner, "POST", "/api/v1/webhooks/{id}/test", null, hook);
        var failed = firstOf("/api/v1/webhooks/%s/deliveries?status=failed".formatted(hook));
        var replay = "/api/v1/webhooks/{id}/deliveries/{delivery_id}/replay";
        deeds.does(owner, "POST", replay, null, hook, failed);
        deeds.isRefused(owner, "POST", replay, null, hook, NOBODY);
        var sinceThen = Map.of("from", Instant.now().minus(1, ChronoUnit.HOURS));
        onOne(owner, "POST", "/api/v1/webhooks/{id}/replay", sinceThen, hook);
        onOne(owner, "DELETE", "/api/v1/webhooks/{id}", null, hook);

        deeds.does(owner, "PUT", "/api/v1/event-export", Map.of("enabled", true));
    }

    private static Map<String, Object> webhook(String url) {
        return Map.of("url", url, "events", List.of("agent.deleted"));
    }

    private void deadLetters() throws Exception {
        var key = "walk-" + UUID.randomUUID();
        var kafka = Map.<String, Object>of(
                "bootstrap.servers", STACK.environmentOf("audit-service").get("WARDROOM_KAFKA"));
        try (var producer = new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("audit.actions.v1", key, "poison".getBytes(StandardCharsets.UTF_8)))
                    .get(10, TimeUnit.SECONDS);
        }
        onOne(owner, "POST", "/api/v1/dead-letters/{id}/replay", null, firstOf("/api/v1/dead-letters?key=" + key));
    }

    private void reads() {
        var row = deeds.does(owner, "GET", "/api/v1/audit-logs", null, "?limit=1")
                .json()
                .get("items")
                .get(0)
                .get("id")
                .asString();
        deeds.does(owner, "GET", "/api/v1/audit-logs/actions", null);
        deeds.does(owner, "GET", "/api/v1/audit-logs/entity-types", null);
        deeds.does(owner, "GET", "/api/v1/audit-logs/export", null);
        await("a proof of it")
                .atMost(PATIENCE)
                .until(() ->
                        owner.get("/api/v1/audit-logs/%s/proof".formatted(row)).status() == 200);
        deeds.does(owner, "GET", "/api/v1/audit-logs/{id}/proof", null, row);
    }

    /// What names roles is refused to who has none of them.
    private void refusedByRole() throws Exception {
        var built = changing();
        for (var route : Route.catalogue()) {
            if (built.contains(route.shape())
                    && !route.isPublic()
                    && route.verdict("viewer", false) == Route.Verdict.REFUSED) {
                var ids = Pattern.compile("\\{[^}]*}")
                        .matcher(route.path())
                        .results()
                        .map(_ -> UUID.randomUUID().toString())
                        .toArray(String[]::new);
                if (route.takesFile()) {
                    deeds.isRefused(
                            viewer,
                            route.method(),
                            route.path(),
                            "multipart/form-data; boundary=walk",
                            Deeds.form("walk", "walk.txt", "what was seen"),
                            ids);
                } else {
                    deeds.isRefused(viewer, route.method(), route.path(), Map.of(), ids);
                }
            }
        }
    }

    /// Done to what is there, and tried on what is not.
    private void onOne(Person who, String method, String template, Object body, String id) {
        deeds.does(who, method, template, body, id);
        deeds.isRefused(who, method, template, body, NOBODY);
    }

    private static Map<String, Object> redReport() {
        return Map.of("attack_success", true, "red_summary", "went through", "procedure_text", "walk");
    }

    private static Map<String, Object> blueReport() {
        return Map.of("detection_result", "detected", "blue_summary", "was seen");
    }

    private static Map<String, Object> newUser(String name) {
        return Map.of("username", name, "email", name + "@example.org", "password", "long enough 42", "role", "viewer");
    }

    private String firstOf(String list) {
        await(list)
                .atMost(PATIENCE)
                .until(() -> !owner.get(list).expect(200).json().get("items").isEmpty());
        return owner.get(list).json().get("items").get(0).get("id").asString();
    }

    /// What stands behind the newest mail's link.
    private static String tokenMailedTo(String address) {
        var link = Pattern.compile("#([A-Za-z0-9_-]{20,})");
        return await("a mail to " + address)
                .atMost(PATIENCE)
                .until(
                        () -> {
                            var mails = STACK.mails(address);
                            var found = link.matcher(
                                    mails.isEmpty() ? "" : mails.getFirst().text());
                            return found.find() ? found.group(1) : "";
                        },
                        token -> !token.isEmpty() && MAILED.add(token));
    }

    private static String code(String secret, long step) {
        try {
            return new DefaultCodeGenerator(HashingAlgorithm.SHA1, 6).generate(secret, step);
        } catch (CodeGenerationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String wrongCode(String secret, long step) {
        for (var digits = 0; ; digits++) {
            var wrong = "%06d".formatted(digits);
            var near =
                    List.of(code(secret, step - 1), code(secret, step), code(secret, step + 1), code(secret, step + 2));
            if (!near.contains(wrong)) {
                return wrong;
            }
        }
    }

    /// Every documented route of people that changes something.
    private static Set<String> changing() throws Exception {
        var ofMachines = new HashSet<String>();
        for (var route : Route.catalogue()) {
            if (route.isForMachines()) {
                ofMachines.add(route.shape());
            }
        }
        var changing = new TreeSet<String>();
        document()
                .get("paths")
                .forEachEntry((path, methods) -> methods.forEachEntry((method, _) -> {
                    var shape = Route.shape(method.toUpperCase(Locale.ROOT), path);
                    if (Set.of("post", "put", "patch", "delete").contains(method)
                            && !ofMachines.contains(shape)
                            && !CHANGING_NOTHING.contains(shape)) {
                        changing.add(shape);
                    }
                }));
        assertThat(changing).isNotEmpty();
        return changing;
    }

    private static boolean showsSecret(JsonNode document, JsonNode node, Set<String> seen) {
        var reference = node.path("$ref").asString("");
        if (reference.startsWith("#")) {
            return seen.add(reference) && showsSecret(document, document.at(reference.substring(1)), seen);
        }
        for (var property : node.path("properties").propertyNames()) {
            if (SECRET.matcher(property).matches()) {
                return true;
            }
        }
        for (var child : node) {
            if (showsSecret(document, child, seen)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode document() {
        return Http.send("GET", SUITE.gateway().resolve("/openapi.json"), Map.of(), null)
                .expect(200)
                .json();
    }

    private static Set<String> without(Set<String> all, Set<String> some) {
        var left = new TreeSet<>(all);
        left.removeAll(some);
        return left;
    }
}
