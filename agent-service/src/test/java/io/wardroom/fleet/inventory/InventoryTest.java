package io.wardroom.fleet.inventory;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.Calls;
import io.wardroom.fleet.OnRealServers;
import io.wardroom.fleet.TestAgents;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InventoryTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HOSTILE =
            "Robert'); drop table agent;-- <script>alert(1)</script> \u0001\u001b[31m\t\"\\ \u202e 👩‍🚀 %_ ";

    private static TenantId tenant;
    private static String token;

    private final Instant start = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);

    @LocalServerPort
    private int port;

    @Autowired
    private KafkaTemplate<String, byte[]> kafka;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JsonMapper json;

    @Autowired
    private InventoryListener listener;

    @Autowired
    private ActivityListener activityListener;

    @Autowired
    private Inventory inventory;

    private Calls calls;
    private UUID agent;

    @BeforeAll
    static void aTenantWithAReader() {
        tenant = new TenantId(UuidV7.next());
        token = STACK.accessToken(STACK.newUser(tenant.value(), "viewer"));
    }

    @BeforeEach
    void anAgent() {
        calls = new Calls(port, json);
        agent = TestAgents.add(jdbc, transaction, tenant, "host");
    }

    @Test
    void whatIsObservedIsReadFromTheTopicAndSeen() {
        kafka.send(toSend(item("users", start, user("root", 0), user("ann", 1000))))
                .join();
        await("the users")
                .atMost(PATIENCE)
                .until(() -> section("users").at("/total").asInt() == 2);

        var users = section("users");
        assertThat(users.at("/observed_at").asString()).isEqualTo(start.toString());
        assertThat(users.at("/items/0/username").asString()).isEqualTo("ann");
        assertThat(users.at("/items/0").propertyNames())
                .containsExactly("username", "uid", "gid", "home", "shell", "is_sudoer", "is_system", "last_login_at");
        assertThat(section("users?search=RO&limit=1").at("/items/0/uid").asInt())
                .isZero();
        var summary = calls.get("/agents/" + agent + "/inventory", token).ok().body();
        assertThat(summary.at("/observed_at").asString()).isEqualTo(start.toString());
        assertThat(summary.at("/sections")).hasSize(9);
        assertThat(summary.at("/sections")
                        .valueStream()
                        .filter(one -> one.get("section").asString().equals("users"))
                        .map(one -> one.get("count").asInt()))
                .containsExactly(2);
        assertThat(changes("")).as("the first observation").isEmpty();
    }

    @Test
    void threeThousandPackagesAreOneTransactionAndComeAgainForNothing() {
        var packages = IntStream.range(0, 3000)
                .mapToObj(i -> pack("lib" + i, "1." + i))
                .toList();
        take(item("packages", start, packages));
        var before = footprint();
        assertThat(before).hasSize(3000);
        assertThat(before.stream().map(row -> row.split(" ")[1]).distinct())
                .as("transactions")
                .hasSize(1);

        take(item("packages", start.plusSeconds(60), packages.reversed()));

        assertThat(footprint()).isEqualTo(before);
        assertThat(changes("")).isEmpty();
        assertThat(section("packages").at("/observed_at").asString())
                .isEqualTo(start.plusSeconds(60).toString());

        var upgraded = new ArrayList<>(packages);
        upgraded.set(7, pack("lib7", "2.0"));
        take(item("packages", start.plusSeconds(120), upgraded));

        var after = footprint();
        after.removeAll(before);
        assertThat(after).as("rows that were written").hasSize(1);
        assertThat(section("packages?offset=2990&limit=200").at("/items")).hasSize(10);
    }

    @Test
    void whatAppearsChangesAndDisappearsIsTold() {
        take(item("packages", start, pack("bash", "5.1"), pack("vim", "9"), pack("zsh", "5")));

        take(item("packages", start.plusSeconds(60), pack("bash", "5.2"), pack("vim", "9"), pack("curl", "8")));

        var changes = changes("");
        assertThat(changes.stream()
                        .map(one -> one.get("change").asString() + " "
                                + one.get("key").asString()))
                .containsExactlyInAnyOrder(
                        "changed bash amd64 dpkg", "added curl amd64 dpkg", "removed zsh amd64 dpkg");
        var changed = changes("&change=changed&section=packages").getFirst();
        assertThat(changed.at("/before/version").asString()).isEqualTo("5.1");
        assertThat(changed.at("/after/version").asString()).isEqualTo("5.2");
        assertThat(changed.at("/at").asString()).isEqualTo(start.plusSeconds(60).toString());
        assertThat(changes("&since=" + start.plusSeconds(61))).isEmpty();
        assertThat(changes("&until=" + start.plusSeconds(60))).isEmpty();
        assertThat(changes("&section=users")).isEmpty();
    }

    @Test
    void changesAreReadByCursorWithoutLossOrRepetition() {
        take(item("packages", start));
        for (var i = 1; i <= 5; i++) {
            var to = i;
            take(item(
                    "packages",
                    start.plusSeconds(i),
                    IntStream.range(0, to * 2).mapToObj(n -> pack("p" + n, "1")).toList()));
        }

        var keys = new ArrayList<String>();
        var cursor = "";
        do {
            var page = calls.get(
                            "/agents/" + agent + "/inventory/changes?limit=3"
                                    + (cursor.isEmpty() ? "" : "&cursor=" + cursor),
                            token)
                    .ok()
                    .body();
            page.get("items").forEach(one -> keys.add(one.get("key").asString()));
            assertThat(page.get("total").asInt()).isEqualTo(10);
            cursor = page.get("next_cursor").asString("");
        } while (!cursor.isEmpty());

        assertThat(keys).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void whatIsNotNewerChangesNothing() {
        take(item("systemd", start, unit("a.service", "active")));
        take(item("systemd", start.plusSeconds(60), unit("a.service", "failed")));

        take(item("systemd", start, unit("a.service", "active")));
        take(item("systemd", start.plusSeconds(30), unit("b.service", "active")));
        take(item("systemd", start.plusSeconds(60), unit("c.service", "active")));

        assertThat(section("systemd").at("/items/0/active_state").asString()).isEqualTo("failed");
        assertThat(section("systemd").at("/total").asInt()).isEqualTo(1);
        assertThat(changes("")).hasSize(1);
    }

    @Test
    void aClockAheadDoesNotBarWhatComesAfter() {
        take(item("os", Instant.now().plus(Duration.ofHours(20)), Map.of("kernel", "6.1")));
        take(item("os", Instant.now().plus(Duration.ofHours(10)), Map.of("kernel", "6.2")));

        assertThat(section("os").at("/items/0/kernel").asString()).isEqualTo("6.2");
        assertThat(Instant.parse(section("os").at("/observed_at").asString()))
                .isBefore(Instant.now().plusSeconds(60));
    }

    @Test
    void manyReadersOfTheSameRecordStoreItOnce() throws Exception {
        var first = record(item("users", start, user("root", 0)));
        var second = record(item("users", start.plusSeconds(1), user("root", 0), user("eve", 1)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var readers = IntStream.range(0, 8)
                    .<Callable<Void>>mapToObj(_ -> () -> {
                        listener.on(List.of(first, second));
                        return null;
                    })
                    .toList();
            for (var reader : threads.invokeAll(readers)) {
                reader.get();
            }
        }

        assertThat(section("users").at("/total").asInt()).isEqualTo(2);
        assertThat(changes("")).hasSize(1);
    }

    @Test
    void whatPassesByItselfIsStoredAndNoChange() {
        var before = new LinkedHashMap<>(user("ann", 1000));
        before.put("last_login_at", "2026-01-01T00:00:00Z");
        var after = new LinkedHashMap<>(before);
        after.put("last_login_at", "2026-01-02T01:00:00+01:00");
        take(item("users", start, before), item("ports", start, port("tcp", 22, 100)));

        take(item("users", start.plusSeconds(1), after), item("ports", start.plusSeconds(1), port("tcp", 22, 101)));

        assertThat(section("users").at("/items/0/last_login_at").asString()).isEqualTo("2026-01-02T00:00:00Z");
        assertThat(section("ports").at("/items/0/pid").asInt()).isEqualTo(101);
        assertThat(changes("")).isEmpty();
    }

    @Test
    void twoOfOneNameAreTwo() {
        take(item("packages", start, pack("kernel", "6.1"), pack("bash", "5")));

        take(item("packages", start.plusSeconds(1), pack("kernel", "6.1"), pack("kernel", "6.2"), pack("bash", "5")));

        assertThat(section("packages?search=kernel").at("/total").asInt()).isEqualTo(2);
        assertThat(changes("")).singleElement().satisfies(change -> {
            assertThat(change.get("change").asString()).isEqualTo("added");
            assertThat(change.at("/after/version").asString()).isEqualTo("6.2");
        });
    }

    @Test
    void aPartOfASectionMakesNothingDisappear() {
        take(item("packages", start, pack("a", "1"), pack("b", "1")));

        var part = item("packages", start.plusSeconds(1), pack("a", "1"));
        part.put("truncated", true);
        part.put("total", 7000);
        take(part);

        var shown = section("packages");
        assertThat(shown.at("/truncated").asBoolean()).isTrue();
        assertThat(shown.at("/reported_total").asInt()).isEqualTo(7000);
        assertThat(shown.at("/total").asInt()).isEqualTo(1);
        take(item("packages", start.plusSeconds(2), pack("a", "1"), pack("b", "1")));
        assertThat(changes("")).isEmpty();
        assertThat(section("packages").at("/truncated").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Section.class)
    void hostileTextsComeThroughEveryField(Section section) {
        var texts = HOSTILE + "x".repeat(10_000);
        var row = new LinkedHashMap<String, Object>();
        for (var field : section.shape().fields()) {
            row.put(
                    field.name(),
                    switch (field.kind()) {
                        case TEXT -> texts;
                        case WHOLE -> Long.MAX_VALUE;
                        case NUMBER -> 1e300;
                        case FLAG -> true;
                        case TIME -> "2026-10-25T02:30:00Z";
                        case TEXTS -> List.of(texts, "");
                        case TEXT_BY_NAME -> Map.of(HOSTILE, texts);
                    });
        }
        take(item(section.spelled(), start));
        take(item(section.spelled(), start.plusSeconds(1), row));

        var shown = section(section.spelled());
        assertThat(shown.at("/items")).hasSize(1);
        assertThat(shown.at("/items/0")).isEqualTo(json.valueToTree(row));
        assertThat(changes("").getFirst().get("after")).isEqualTo(json.valueToTree(row));
        var search = URLEncoder.encode("drop table agent;--", StandardCharsets.UTF_8);
        assertThat(section(section.spelled() + "?search=" + search).at("/total").asInt())
                .isEqualTo(section == Section.PORTS || row.containsValue(texts) ? 1 : 0);
    }

    @Test
    void whatCannotBeStoredIsMendedAndCostsNoOther() {
        var odd = new LinkedHashMap<String, Object>();
        odd.put("username", "nul\u0000 halfSURROGATE end");
        odd.put("uid", "zero");
        odd.put("home", List.of("x"));
        odd.put("last_login_at", "yesterday");
        odd.put("newer_than_the_hub", true);
        var nameless = Map.<String, Object>of("uid", 1);
        take(
                item("users", start, odd, nameless, user("ann", 1)),
                item("unheard-of", start, user("x", 1)),
                new LinkedHashMap<>(Map.of("type", "inventory", "section", "sudo", "data", "none")));

        var users = section("users").at("/items");
        assertThat(users).hasSize(2);
        assertThat(users.at("/1/username").asString()).isEqualTo("nul\uFFFD half\uFFFD end");
        assertThat(users.at("/1/uid").isNull()).isTrue();
        assertThat(users.at("/1").has("newer_than_the_hub")).isFalse();
        assertThat(calls.get("/agents/" + agent + "/inventory", token).raw()).contains("\"refused\":1");
    }

    @Test
    void badRecordsGoAsideAndTakeNoGoodOneAlong() {
        var good = toSend(item("users", start, user("ann", 1)));
        for (var value : List.of("garbage", "[]", "{\"items\":1}")) {
            var bad = new ProducerRecord<>(
                    Topics.TELEMETRY_INVENTORY, agent.toString(), value.getBytes(StandardCharsets.UTF_8));
            good.headers().forEach(bad.headers()::add);
            kafka.send(bad).join();
        }
        kafka.send(new ProducerRecord<>(Topics.TELEMETRY_INVENTORY, agent.toString(), good.value()))
                .join();
        kafka.send(good).join();

        await("the good one")
                .atMost(PATIENCE)
                .until(() -> section("users").at("/total").asInt() == 1);
        var dead = new ArrayList<String>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(Topics.TELEMETRY_INVENTORY + Topics.DEAD_LETTER_SUFFIX));
            await("the dead letters").atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (agent.toString().equals(record.key())) {
                        dead.add(record.topic());
                    }
                });
                return dead.size() >= 4;
            });
        }
        assertThat(dead).hasSize(4);
    }

    @Test
    void strangersAndUnknownAgentsSeeAndStoreNothing() {
        take(item("users", start, user("ann", 1)));
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
        for (var path : List.of(
                "/inventory",
                "/inventory/users",
                "/inventory/ssh-keys",
                "/inventory/changes",
                "/processes",
                "/connections")) {
            assertThat(calls.get("/agents/" + agent + path, stranger).status())
                    .as(path)
                    .isEqualTo(404);
            assertThat(calls.get("/agents/" + agent + path, null).status())
                    .as(path)
                    .isEqualTo(401);
            assertThat(calls.get("/agents/" + UuidV7.next() + path, token).status())
                    .as(path)
                    .isEqualTo(404);
        }
        var ghost = UuidV7.next();
        listener.on(List.of(record(ghost, tenant, Topics.TELEMETRY_INVENTORY, item("users", start, user("x", 1)))));
        // one tenant's batch under another's agent
        listener.on(List.of(record(
                agent,
                new TenantId(UuidV7.next()),
                Topics.TELEMETRY_INVENTORY,
                item("users", start.plusSeconds(9), user("eve", 1)))));

        assertThat(section("users").at("/items/0/username").asString()).isEqualTo("ann");
        assertThat(count("inventory_section where agent_id = '" + ghost + "'")).isZero();
        assertThat(transaction.<Integer>execute(_ -> jdbc.sql("select count(*) from inventory_row")
                        .query(Integer.class)
                        .single()))
                .as("rows without a scope")
                .isZero();
    }

    @Test
    void anAgentsInventoryGoesWithIt() {
        take(item("users", start, user("ann", 1)));
        take(item("users", start.plusSeconds(1), user("bob", 1)));
        activityListener.on(List.of(signals(Map.of("type", "processes", "items", List.of(Map.of("pid", 1))))));
        var admin = STACK.accessToken(STACK.newUser(tenant.value(), "admin"));

        assertThat(calls.send("DELETE", "/agents/" + agent, admin, null).status())
                .isEqualTo(204);

        for (var table : List.of("inventory_section", "inventory_row", "inventory_change", "agent_activity")) {
            assertThat(count(table + " where agent_id = '" + agent + "'"))
                    .as(table)
                    .isZero();
        }
    }

    @Test
    void oldChangesAreForgotten() {
        take(item("users", start, user("ann", 1)));
        take(item("users", start.plusSeconds(1), user("bob", 1)));
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> jdbc.sql(
                        "update inventory_change set at = at - interval '91 days' where agent_id = ? and key = 'ann'")
                .param(agent)
                .update()));

        inventory.forgetOldChanges();

        assertThat(changes(""))
                .singleElement()
                .satisfies(change -> assertThat(change.get("key").asString()).isEqualTo("bob"));
    }

    @Test
    void theNewestProcessesAndConnectionsAreShown() {
        var first = Map.of(
                "type",
                "processes",
                "observed_at",
                start.toString(),
                "items",
                List.of(Map.of("pid", 1, "name", "init")));
        var rows = List.of(
                Map.ofEntries(
                        entry("pid", 7),
                        entry("ppid", 1),
                        entry("name", HOSTILE),
                        entry("user", "root"),
                        entry("cpu", 0.5),
                        entry("rss_bytes", 1024),
                        entry("command", HOSTILE),
                        entry("started_at", "2026-01-01T00:00:00Z")),
                Map.of("name", "without a number"));
        var second =
                Map.of("type", "processes", "observed_at", start.plusSeconds(60).toString(), "items", rows);
        var connections = IntStream.range(0, 3)
                .mapToObj(i -> Map.<String, Object>of(
                        "type",
                        "connection",
                        "observed_at",
                        start.toString(),
                        "remote_ip",
                        "192.0.2." + i,
                        "remote_port",
                        443,
                        "direction",
                        "outbound"))
                .toList();
        assertThat(calls.get("/agents/" + agent + "/processes", token).ok().at("/items"))
                .isEmpty();

        activityListener.on(List.of(signals(second)));
        activityListener.on(List.of(signals(first), signals(second)));
        kafka.send(toSend(Topics.TELEMETRY_SIGNALS, connections.toArray())).join();

        var shown = calls.get("/agents/" + agent + "/processes", token).ok();
        assertThat(shown.at("/observed_at").asString())
                .isEqualTo(start.plusSeconds(60).toString());
        assertThat(shown.at("/items")).hasSize(1);
        assertThat(shown.at("/items/0")).isEqualTo(json.valueToTree(rows.getFirst()));
        await("the connections")
                .atMost(PATIENCE)
                .until(() -> calls.get("/agents/" + agent + "/connections", token)
                                .at("/items")
                                .size()
                        == 3);
        var none = Map.of(
                "type", "connection", "observed_at", start.plusSeconds(60).toString(), "items", List.of());
        activityListener.on(List.of(signals(none)));
        assertThat(calls.get("/agents/" + agent + "/connections", token).at("/items"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/inventory/users?limit=201",
                "/inventory/users?limit=0",
                "/inventory/users?offset=-1",
                "/inventory/users?search=%00",
                "/inventory/changes?since=yesterday",
                "/inventory/changes?since=-999999999-01-01T00:00:00Z",
                "/inventory/changes?section=nothing",
                "/inventory/changes?change=moved",
                "/inventory/changes?cursor=x",
                "/inventory/changes?cursor=99999999999999999.1",
                "/inventory/changes?limit=500"
            })
    void malformedQuestionsAreRefused(String path) {
        var answer = calls.get("/agents/" + agent + path, token);

        assertThat(answer.status()).as(answer.raw()).isEqualTo(400);
        assertThat(answer.at("/code").asString()).isEqualTo("VALIDATION_ERROR");
        assertThat(answer.at("/errors")).isNotEmpty();
    }

    @Test
    void noOtherSectionIsThere() {
        assertThat(calls.get("/agents/" + agent + "/inventory/secrets", token).status())
                .isEqualTo(404);
        assertThat(calls.get("/agents/not-an-id/inventory", token).status()).isEqualTo(400);
    }

    private static Map<String, Object> user(String name, int uid) {
        return Map.of("username", name, "uid", uid, "is_sudoer", false);
    }

    private static Map<String, Object> pack(String name, String version) {
        return Map.of("manager", "dpkg", "name", name, "version", version, "arch", "amd64");
    }

    private static Map<String, Object> unit(String name, String state) {
        return Map.of("name", name, "active_state", state);
    }

    private static Map<String, Object> port(String protocol, int port, int pid) {
        return Map.of("protocol", protocol, "address", "0.0.0.0", "port", port, "pid", pid);
    }

    private static Map<String, Object> item(String section, Instant at, Object... rows) {
        return item(section, at, List.of(rows));
    }

    private static Map<String, Object> item(String section, Instant at, List<?> rows) {
        return new LinkedHashMap<>(
                Map.of("type", "inventory", "section", section, "observed_at", at.toString(), "data", rows));
    }

    private void take(Object... items) {
        listener.on(List.of(record(agent, tenant, Topics.TELEMETRY_INVENTORY, items)));
    }

    private ConsumerRecord<String, byte[]> record(Object... items) {
        return record(agent, tenant, Topics.TELEMETRY_INVENTORY, items);
    }

    private ConsumerRecord<String, byte[]> signals(Object... items) {
        return record(agent, tenant, Topics.TELEMETRY_SIGNALS, items);
    }

    private ConsumerRecord<String, byte[]> record(UUID of, TenantId owner, String topic, Object... items) {
        var record = new ConsumerRecord<>(topic, 0, 0, of.toString(), envelope(of, items));
        headers(of, owner, topic, record.headers());
        return record;
    }

    private ProducerRecord<String, byte[]> toSend(Map<String, ?> item) {
        return toSend(Topics.TELEMETRY_INVENTORY, item);
    }

    private ProducerRecord<String, byte[]> toSend(String topic, Object... items) {
        var record = new ProducerRecord<>(topic, agent.toString(), envelope(agent, items));
        headers(agent, tenant, topic, record.headers());
        return record;
    }

    private byte[] envelope(UUID of, Object... items) {
        // what no JSON writer writes, and any sender may
        return json.writeValueAsString(Map.of("agent_id", of, "batch_id", UuidV7.next(), "items", items))
                .replace("SURROGATE", "\\ud800")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void headers(UUID of, TenantId owner, String topic, Headers headers) {
        var noun = topic.equals(Topics.TELEMETRY_INVENTORY) ? "inventory" : "signals";
        new EventHeaders(
                        UuidV7.next(),
                        "/wardroom/ingest-service",
                        "io.wardroom." + noun + ".received.v1",
                        of.toString(),
                        owner,
                        Instant.now(),
                        EventHeaders.JSON,
                        null)
                .writeTo(headers);
    }

    private JsonNode section(String path) {
        return calls.get("/agents/" + agent + "/inventory/" + path, token).ok().body();
    }

    private List<JsonNode> changes(String query) {
        return calls.get("/agents/" + agent + "/inventory/changes?limit=200" + query, token)
                .ok()
                .at("/items")
                .valueStream()
                .toList();
    }

    /// Each row's place and the transaction that wrote it.
    private List<String> footprint() {
        return TenantScope.everyTenant(() -> transaction.execute(_ ->
                new ArrayList<>(jdbc.sql("select ctid || ' ' || xmin from inventory_row where agent_id = ? order by 1")
                        .param(agent)
                        .query(String.class)
                        .list())));
    }

    private int count(String from) {
        return TenantScope.everyTenant(() -> transaction.execute(_ ->
                jdbc.sql("select count(*) from " + from).query(Integer.class).single()));
    }
}
