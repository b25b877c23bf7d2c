package io.wardroom.purple.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.local.TestStack;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.TestBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CatalogueTest extends OnRealServers {
    private static final Duration IMPORT_LIMIT = Duration.ofSeconds(15);
    private static final Path DATA = TestStack.checkout().resolve("../shared/data/attack");

    private final TenantId tenant = new TenantId(UuidV7.next());

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JsonMapper json;

    private Calls calls;
    private String admin;

    @BeforeEach
    void noCatalogue() {
        calls = new Calls(port, json);
        admin = token("admin");
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> {
            jdbc.sql("delete from catalogue_current").update();
            jdbc.sql("delete from catalogue_version").update();
            // numbers of versions begin anew
            jdbc.sql("delete from technique_remap").update();
            jdbc.sql("delete from attack_test_remap").update();
        }));
    }

    @Test
    void theRealBundlesHoldWhatMitreCounts() throws IOException {
        for (var version : List.of("17.1", "18.1")) {
            var expected = expected(version);
            var since = System.nanoTime();
            var synced = sync(real(version)).ok();

            assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(IMPORT_LIMIT);
            assertThat(synced.at("/version").asString()).isEqualTo(version);
            var view = calls.get("/system/catalogue", token("viewer")).ok().at("/versions/0");
            assertThat(view.at("/counts/objects")).isEqualTo(expected.get("by_type"));
            assertThat(view.at("/counts/relations")).isEqualTo(expected.get("relationships"));
            assertThat(view.get("stix").asString()).isEqualTo("2.1");
            assertThat(count("technique", "not revoked and not deprecated"))
                    .isEqualTo(expected.get("attack_pattern_active").asInt());
            assertThat(count("technique", "not revoked and not deprecated and not is_subtechnique"))
                    .isEqualTo(expected.get("techniques_active").asInt());
            assertThat(count("technique", "not revoked and not deprecated and parent_id is not null"))
                    .isEqualTo(expected.get("subtechniques_active").asInt());
            assertThat(count("technique", "revoked"))
                    .isEqualTo(expected.get("attack_pattern_revoked").asInt());
            assertThat(count("technique", "deprecated"))
                    .isEqualTo(expected.get("attack_pattern_deprecated").asInt());
            assertThat(count("catalogue_object", "kind = 'group' and not revoked and not deprecated"))
                    .isEqualTo(expected.get("groups_active").asInt());
            assertThat(count("catalogue_object", "kind = 'mitigation' and not revoked and not deprecated"))
                    .isEqualTo(expected.get("mitigations_active").asInt());
            for (var relation : expected.get("relationships").propertyNames()) {
                assertThat(count("catalogue_relation", "kind = '" + relation + "'"))
                        .as(relation)
                        .isEqualTo(expected.at("/relationships/" + relation).asInt());
            }
            var columns = texts("select mitre_id || ' ' || shortname from tactic where %s order by position");
            assertThat(columns)
                    .startsWith("TA0043 reconnaissance", "TA0042 resource-development", "TA0001 initial-access")
                    .endsWith("TA0040 impact")
                    .containsExactlyInAnyOrderElementsOf(expected.get("tactics")
                            .valueStream()
                            .map(JsonNode::asString)
                            .toList());
            assertThat(calls.get("/techniques", admin).ok().body())
                    .hasSize(expected.get("attack_pattern_active").asInt());
        }
    }

    @Test
    void anUpgradeTellsWhatItDoesAndIsTakenBackExactly() throws IOException {
        var expected =
                json.readTree(Files.readString(available("expected.json"))).get("upgrade_17.1_to_18.1");
        sync(real("17.1")).ok();
        var before = everything();
        override("T1059.001", "validated");
        test("T1059.001");
        var listed = calls.get("/techniques", admin).ok().raw();
        var content = everything();

        var preview = calls.send("POST", "/system/sync-mitre?preview=true&source=" + real("18.1"), admin, null)
                .ok();

        assertThat(preview.at("/preview").asBoolean()).isTrue();
        assertThat(ids(preview.at("/changes/new")))
                .containsExactlyInAnyOrderElementsOf(expected.get("new_ids")
                        .valueStream()
                        .map(JsonNode::asString)
                        .toList());
        assertThat(preview.at("/changes/revoked")).isEmpty();
        assertThat(preview.at("/changes/deprecated")).isEmpty();
        assertThat(preview.at("/changes/gone")).isEmpty();
        assertThat(preview.at("/updated").asInt())
                .isEqualTo(expected.get("modified_changed_common_live").asInt());
        assertThat(everything()).isEqualTo(content);
        assertThat(calls.get("/techniques", admin).ok().raw()).isEqualTo(listed);

        var synced = sync(real("18.1")).ok();

        assertThat(synced.at("/changes")).isEqualTo(preview.at("/changes"));
        assertThat(synced.at("/new").asInt()).isEqualTo(expected.get("new_ids").size());
        assertThat(technique("T1059.001").get("status_global").asString()).isEqualTo("validated");
        assertThat(technique("T1677").get("deprecated").asBoolean()).isFalse();
        assertThat(sync(real("18.1")).ok().at("/message").asString()).contains("nothing is new");

        var back =
                calls.send("POST", "/system/sync-mitre/rollback", admin, null).ok();

        assertThat(back.at("/version").asString()).isEqualTo("17.1");
        assertThat(calls.get("/techniques", admin).ok().raw()).isEqualTo(listed);
        assertThat(everything()).isEqualTo(content);
        assertThat(before).isNotEmpty();
        assertThat(calls.send("POST", "/system/sync-mitre/rollback", admin, null)
                        .status())
                .isEqualTo(409);
    }

    @Test
    void theTacticsOfVersion19AreTakenUp() throws IOException {
        var delta = json.readTree(Files.readString(available("v18.1-to-v19-delta.json")));
        sync(real("18.1")).ok();
        override("T1562.001", "partial");
        override("T1036", "validated");
        var carried = test("T1562.001");
        var kept = test("T1036");
        var content = everything();
        Files.writeString(IMPORTS.resolve("v19.json"), version19(delta));

        var synced = sync("v19.json").ok();

        assertThat(synced.at("/version").asString()).isEqualTo("19.0");
        assertThat(ids(synced.at("/changes/new")))
                .containsExactlyInAnyOrderElementsOf(delta.get("new_ids").propertyNames());
        assertThat(ids(synced.at("/changes/revoked")))
                .containsExactlyInAnyOrderElementsOf(delta.get("newly_revoked").propertyNames());
        assertThat(ids(synced.at("/changes/moved")))
                .containsExactlyInAnyOrderElementsOf(
                        delta.get("tactics_changed").propertyNames());
        for (var ended : synced.at("/changes/revoked")) {
            var id = ended.get("mitre_id").asString();
            assertThat(ended.get("successor"))
                    .as(id)
                    .isEqualTo(delta.get("newly_revoked").get(id).get("revoked_by"));
        }
        assertThat(synced.at("/touches/overrides").asInt()).isEqualTo(2);
        assertThat(synced.at("/touches/tests").asInt()).isEqualTo(2);
        assertThat(subject(carried)).isEqualTo("T1685");
        assertThat(subject(kept)).isEqualTo("T1036");
        // these counts have the deprecated ones in them
        delta.get("tactic_counts_v19").forEachEntry((tactic, count) -> assertThat(
                        count("technique", "not revoked and '%s' = any (tactics)".formatted(tactic)))
                .as(tactic)
                .isEqualTo(count.asInt()));
        var masquerading = technique("T1036");
        assertThat(masquerading.get("tactic").asString()).isEqualTo("stealth");
        assertThat(masquerading.get("review_required").asBoolean()).isTrue();
        assertThat(masquerading.get("status_global").asString()).isEqualTo("validated");
        var revoked = technique("T1562.001");
        assertThat(revoked.at("/revoked_by/mitre_id").asString()).isEqualTo("T1685");
        assertThat(revoked.get("status_global").asString()).isEqualTo("partial");
        var heir = technique("T1685");
        assertThat(heir.get("status_global").asString()).isEqualTo("partial");
        assertThat(heir.at("/history/0/cause").asString()).isEqualTo("catalogue");
        assertThat(heir.get("review_required").asBoolean()).isTrue();

        assertThat(calls.send("PATCH", "/techniques/T1036/review", token("blue_lead"), null)
                        .ok()
                        .at("/review_required")
                        .asBoolean())
                .isFalse();
        assertThat(calls.send("POST", "/system/sync-mitre/rollback", admin, null)
                        .ok()
                        .at("/restored")
                        .asInt())
                // the test, the notes on both techniques, and the override
                .isEqualTo(4);
        assertThat(everything()).isEqualTo(content);
        assertThat(subject(carried)).isEqualTo("T1562.001");
        assertThat(technique("T1036").get("tactic").asString()).isEqualTo("defense-evasion");
        assertThat(calls.get("/techniques/T1685", admin).status()).isEqualTo(404);
    }

    @Test
    void whatABundleDoesNotKnowAnyMoreIsKeptAndMarked() {
        sync(small("1", bundle -> {
            bundle.technique("T1", "One", "execution", "initial-access");
            bundle.technique("T2", "Two", "execution");
            bundle.technique("T2.001", "Two one", "execution").relation("subtechnique-of", "T2.001", "T2");
        }));
        override("T1", "validated");

        var synced = sync(small("2", bundle -> bundle.technique("T2", "Two, renamed", "execution")))
                .ok();

        assertThat(ids(synced.at("/changes/gone"))).containsExactly("T1", "T2.001");
        assertThat(synced.at("/changes/renamed/0/after").asString()).isEqualTo("Two, renamed");
        var gone = technique("T1");
        assertThat(gone.get("deprecated").asBoolean()).isTrue();
        assertThat(gone.get("review_required").asBoolean()).isTrue();
        assertThat(gone.get("status_global").asString()).isEqualTo("validated");
        assertThat(ids(calls.get("/techniques", admin).ok().body())).containsExactly("T1", "T2");
        assertThat(ids(calls.get("/techniques?review_required=true", admin).ok().body()))
                .containsExactly("T1", "T2", "T2.001");
    }

    @Test
    void aBundleOfTheOlderFormatSaysTheSame() throws IOException {
        var bundle = (ObjectNode) json.readTree(new TestBundle("1")
                .technique("T1", "One", "execution", "persistence")
                .technique("T1.001", "One one", "execution")
                .relation("subtechnique-of", "T1.001", "T1")
                .json(json));
        Files.writeString(IMPORTS.resolve("form-2.1.json"), json.writeValueAsString(bundle));
        // STIX 2.0 tells its version once, on the bundle
        bundle.put("spec_version", "2.0");
        bundle.get("objects").forEach(object -> ((ObjectNode) object).remove("spec_version"));
        Files.writeString(IMPORTS.resolve("form-2.0.json"), json.writeValueAsString(bundle));

        sync("form-2.1.json").ok();
        var newer = calls.get("/techniques", admin).ok().body();
        noCatalogue();
        sync("form-2.0.json").ok();

        assertThat(calls.get("/techniques", admin).ok().body()).isEqualTo(newer).hasSize(2);
        assertThat(calls.get("/system/catalogue", admin)
                        .ok()
                        .at("/versions/0/stix")
                        .asString())
                .isEqualTo("2.0");
    }

    @Test
    void brokenBundlesChangeNothingAndAreToldWhere() throws IOException {
        sync(small("1", bundle -> bundle.technique("T1", "One", "execution"))).ok();
        var content = everything();
        var good = new TestBundle("2")
                .technique("T1", "One", "execution")
                .technique("T2", "Two", "execution")
                .json(json);
        var broken = new HashMap<String, String>();
        broken.put("cut off", good.substring(0, good.length() / 2));
        broken.put("no bundle", "{\"type\": \"report\", \"objects\": []}");
        broken.put("no object", "[]");
        broken.put("empty", "");
        broken.put("no techniques", new TestBundle("2").json(json));
        broken.put("something behind", good + "{}");
        broken.put("wrong type", good.replace("\"name\":\"Two\"", "\"name\":17"));
        broken.put("NUL", good.replace("\"name\":\"Two\"", "\"name\":\"T\\u0000wo\""));
        broken.put("half a character", good.replace("\"name\":\"Two\"", "\"name\":\"T\\ud83dwo\""));
        broken.put(
                "twice",
                new TestBundle("2")
                        .technique("T1", "One", "execution")
                        .technique("T1", "One", "execution")
                        .json(json));
        broken.put(
                "twins",
                new TestBundle("2")
                        .technique("T1", "One", "execution")
                        .technique("T2", "Two", "execution")
                        .with("id", "attack-pattern--" + UuidV7.next())
                        .technique("T2", "Two", "execution")
                        .json(json));
        broken.put(
                "a circle",
                new TestBundle("2")
                        .technique("T1.001", "One", "execution")
                        .technique("T1.002", "Two", "execution")
                        .relation("subtechnique-of", "T1.001", "T1.002")
                        .relation("subtechnique-of", "T1.002", "T1.001")
                        .json(json));
        broken.put(
                "heirs in a circle",
                new TestBundle("2")
                        .technique("T3", "Three", "execution")
                        .revoked("T1", "T2")
                        .revoked("T2", "T1")
                        .json(json));
        broken.put("another STIX", good.replace("\"2.1\"", "\"1.2\""));

        for (var one : broken.entrySet()) {
            Files.writeString(IMPORTS.resolve("broken.json"), one.getValue());
            var answer = sync("broken.json");
            assertThat(answer.status()).as("%s: %s", one.getKey(), answer.raw()).isEqualTo(400);
            assertThat(answer.at("/code").asString()).isEqualTo("BUNDLE_BROKEN");
            assertThat(answer.at("/detail").asString()).as(one.getKey()).containsAnyOf("line 1, column", "the bundle");
            assertThat(everything()).as(one.getKey()).isEqualTo(content);
        }
        try (var packed = new GZIPOutputStream(Files.newOutputStream(IMPORTS.resolve("broken.json.gz")))) {
            packed.write(good.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        var bytes = Files.readAllBytes(IMPORTS.resolve("broken.json.gz"));
        Files.write(IMPORTS.resolve("broken.json.gz"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertThat(sync("broken.json.gz").at("/code").asString()).isEqualTo("BUNDLE_BROKEN");
        assertThat(everything()).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "x_unheard_of"})
    void aTextWithoutEndIsRefusedInBoundedMemory(String field) throws IOException {
        var megabyte = "x".repeat(1 << 20);
        try (var out = Files.newBufferedWriter(IMPORTS.resolve("huge.json"))) {
            out.write("{\"type\":\"bundle\",\"objects\":[{\"type\":\"attack-pattern\",\"" + field + "\":\"");
            for (var written = 0; written < 200; written++) {
                out.write(megabyte);
            }
            out.write("\"}]}");
        }

        var answer = sync("huge.json");

        assertThat(answer.status()).as(answer.raw()).isEqualTo(400);
        assertThat(answer.at("/detail").asString()).contains("line 1");
        Files.delete(IMPORTS.resolve("huge.json"));
    }

    @Test
    void onlyFilesBelowTheFolderAreRead() throws IOException {
        var outside = Files.createTempFile("outside", ".json");
        Files.createSymbolicLink(IMPORTS.resolve("link-" + outside.getFileName()), outside);

        for (var source : List.of(
                "../../etc/passwd", "/etc/passwd", "nothing.json", ".", "a%00b", "link-" + outside.getFileName())) {
            var answer = sync(source);
            assertThat(answer.status()).as(source).isEqualTo(400);
            assertThat(answer.raw()).doesNotContain("root:");
        }
    }

    @Test
    void rolesDecideWhoSyncs() {
        for (var role : List.of("viewer", "red_tech", "blue_tech", "red_lead", "blue_lead")) {
            var token = token(role);
            assertThat(calls.send("POST", "/system/sync-mitre", token, null).status())
                    .as(role)
                    .isEqualTo(403);
            assertThat(calls.send("POST", "/system/sync-mitre/rollback", token, null)
                            .status())
                    .as(role)
                    .isEqualTo(403);
        }
        assertThat(calls.send("POST", "/system/sync-mitre", null, null).status())
                .isEqualTo(401);
        var view = calls.get("/system/catalogue", token("viewer")).ok();
        assertThat(view.at("/loaded").asBoolean()).isFalse();
        assertThat(view.at("/detail").asString()).contains("--import", "WARDROOM_IMPORT_DIR");
        assertThat(calls.get("/techniques", token("viewer")).ok().body()).isEmpty();
    }

    @Test
    void oneSyncAtATime() throws Exception {
        var first = small("1", bundle -> {
            for (var i = 0; i < 500; i++) {
                bundle.technique("T" + i, "Technique " + i, "execution");
            }
        });

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var wishes = new ArrayList<Callable<Integer>>();
            for (var i = 0; i < 6; i++) {
                wishes.add(() -> sync(first).status());
            }
            for (var answer : threads.invokeAll(wishes)) {
                assertThat(answer.get()).isIn(200, 409);
            }
        }
        assertThat(count("catalogue_version", "true")).isEqualTo(1);
    }

    @Test
    void anAddressGivesABundleOrIsAway() throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        var bundle = new TestBundle("7").technique("T1", "One", "execution").json(json);
        server.createContext("/good.json", exchange -> {
            var bytes = bundle.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.createContext("/slow.json", exchange -> exchange.sendResponseHeaders(200, 0));
        server.createContext("/gone.json", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        try {
            var base = "http://127.0.0.1:" + server.getAddress().getPort();
            try (var found = source(base + "/good.json").find(null)) {
                assertThat(Files.readString(found.file())).isEqualTo(bundle);
            } catch (CatalogueSource.Missing | CatalogueSource.Away none) {
                throw new AssertionError(none);
            }
            for (var path : List.of("/slow.json", "/gone.json")) {
                assertThat(org.assertj.core.api.Assertions.catchThrowable(
                                () -> source(base + path).find(null)))
                        .as(path)
                        .isInstanceOf(CatalogueSource.Away.class);
            }
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> source("http://attack.example.org/x.json").find(null)))
                    .isInstanceOf(CatalogueSource.Missing.class);
        } finally {
            server.stop(0);
        }
    }

    private static CatalogueSource source(String address) {
        return new CatalogueSource(new CatalogueProperties(
                null,
                java.net.URI.create(address),
                false,
                "-",
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                1 << 20,
                1,
                Duration.ofSeconds(1),
                5));
    }

    private Calls.Answer sync(String source) {
        return calls.send("POST", "/system/sync-mitre?source=" + source, admin, null);
    }

    private String small(String version, Consumer<TestBundle> fill) {
        var bundle = new TestBundle(version);
        fill.accept(bundle);
        var name = "small-%s.json".formatted(version);
        try {
            Files.writeString(IMPORTS.resolve(name), bundle.json(json));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return name;
    }

    private static Path available(String name) {
        var file = DATA.resolve(name);
        assumeTrue(Files.isReadable(file), "the real ATT&CK data is not here: " + name);
        return file;
    }

    private static String real(String version) throws IOException {
        var name = "enterprise-attack-%s.json.gz".formatted(version);
        Files.copy(available(name), IMPORTS.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        return name;
    }

    private JsonNode expected(String version) throws IOException {
        return json.readTree(Files.readString(available("expected.json")))
                .get("bundles")
                .valueStream()
                .filter(bundle -> bundle.get("version").asString().equals(version))
                .findFirst()
                .orElseThrow();
    }

    /// The bundle of 18.1 with what is known of 19.
    private String version19(JsonNode delta) throws IOException {
        ObjectNode bundle;
        try (var text = new GZIPInputStream(Files.newInputStream(available("enterprise-attack-18.1.json.gz")))) {
            bundle = (ObjectNode) json.readTree(text);
        }
        var template = new TestBundle("19.0");
        var stixIds = new HashMap<String, String>();
        var tactics = new LinkedHashSet<String>();
        for (var one : bundle.get("objects")) {
            var object = (ObjectNode) one;
            switch (object.get("type").asString()) {
                case "x-mitre-collection" -> object.put("x_mitre_version", "19.0");
                case "x-mitre-tactic" -> {
                    if (object.get("x_mitre_shortname").asString().equals("defense-evasion")) {
                        object.put("x_mitre_shortname", "stealth").put("name", "Stealth");
                    }
                    tactics.add(object.get("id").asString());
                }
                case "attack-pattern" -> {
                    var id = object.at("/external_references/0/external_id").asString();
                    stixIds.put(id, object.get("id").asString());
                    var moved = delta.get("tactics_changed").get(id);
                    if (moved != null) {
                        object.set("kill_chain_phases", phases(moved.get("to")));
                    } else if (object.path("x_mitre_deprecated").asBoolean(false)) {
                        object.path("kill_chain_phases").forEach(phase -> {
                            if (phase.get("phase_name").asString().equals("defense-evasion")) {
                                ((ObjectNode) phase).put("phase_name", "stealth");
                            }
                        });
                    }
                    if (delta.get("newly_revoked").has(id)) {
                        object.put("revoked", true);
                    }
                }
                default -> {}
            }
        }
        delta.get("new_ids").forEachEntry((id, said) -> {
            template.technique(id, said.get("name").asString());
            template.with("kill_chain_phases", phases(said.get("tactics")));
            stixIds.put(id, "attack-pattern--" + TestBundle.idOf(id));
        });
        var more = (ObjectNode) json.readTree(template.json(json));
        var objects = (tools.jackson.databind.node.ArrayNode) bundle.get("objects");
        for (var object : more.get("objects")) {
            if (object.get("type").asString().equals("attack-pattern")) {
                objects.add(object);
            }
        }
        var impairment = "x-mitre-tactic--" + TestBundle.idOf("defense-impairment");
        objects.add(json.valueToTree(Map.of(
                "type", "x-mitre-tactic",
                "id", impairment,
                "name", "Defense Impairment",
                "x_mitre_shortname", "defense-impairment",
                "external_references", List.of(Map.of("source_name", "mitre-attack", "external_id", "TA0112")))));
        for (var object : objects) {
            if (object.get("type").asString().equals("x-mitre-matrix")) {
                ((tools.jackson.databind.node.ArrayNode) object.get("tactic_refs")).add(impairment);
            }
        }
        delta.get("newly_revoked")
                .forEachEntry((id, said) -> objects.add(json.valueToTree(Map.of(
                        "type",
                        "relationship",
                        "id",
                        "relationship--" + TestBundle.idOf("revoked" + id),
                        "relationship_type",
                        "revoked-by",
                        "source_ref",
                        String.valueOf(stixIds.get(id)),
                        "target_ref",
                        String.valueOf(stixIds.get(said.get("revoked_by").asString()))))));
        assertThat(tactics).hasSize(14);
        return json.writeValueAsString(bundle);
    }

    private JsonNode phases(JsonNode tactics) {
        return json.valueToTree(tactics.valueStream()
                .map(tactic -> Map.of("kill_chain_name", "mitre-attack", "phase_name", tactic.asString()))
                .toList());
    }

    private void override(String mitreId, String status) {
        calls.send("PATCH", "/techniques/" + mitreId, admin, Map.of("status_global", status, "reason", "known"))
                .ok();
    }

    private String test(String mitreId) {
        var technique = technique(mitreId).get("id").asString();
        return calls.send("POST", "/tests", admin, Map.of("technique_id", technique, "name", "Run it"))
                .at("/id")
                .asString();
    }

    private String subject(String test) {
        return calls.get("/tests/" + test, admin).ok().at("/technique_mitre_id").asString();
    }

    private JsonNode technique(String mitreId) {
        return calls.get("/techniques/" + mitreId, admin).ok().body();
    }

    private static List<String> ids(JsonNode list) {
        return list.valueStream().map(one -> one.get("mitre_id").asString()).toList();
    }

    private int count(String table, String condition) {
        var current =
                table.equals("catalogue_version") ? "true" : "catalogue = (select catalogue from catalogue_current)";
        return jdbc.sql("select count(*) from %s where %s and %s".formatted(table, current, condition))
                .query(Integer.class)
                .single();
    }

    private List<String> texts(String query) {
        return jdbc.sql(query.formatted("catalogue = (select catalogue from catalogue_current)"))
                .query(String.class)
                .list();
    }

    /// A digest of each table's every byte, of the current catalogue and of what the tenant says but its reviews.
    private List<String> everything() {
        var digests = new ArrayList<String>();
        for (var table : List.of("tactic", "technique", "catalogue_object", "catalogue_relation")) {
            digests.addAll(texts("""
                    select coalesce(md5(string_agg(x::text, '|' order by x::text)), '') from %s x where
                    """.formatted(table) + " %s"));
        }
        digests.addAll(TenantScope.within(
                tenant,
                () -> transaction.execute(_ -> jdbc.sql("""
                        select technique_id::text || status || coalesce(override_value || override_by || override_at, '')
                        from technique_note
                        union all select t::text from attack_test t order by 1
                        """).query(String.class).list())));
        return digests;
    }

    private String token(String role) {
        return STACK.accessToken(STACK.newUser(tenant.value(), role));
    }
}
