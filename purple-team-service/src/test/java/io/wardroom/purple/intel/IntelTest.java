package io.wardroom.purple.intel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.wardroom.common.security.Role;
import io.wardroom.local.TestStack;
import io.wardroom.purple.Calls;
import io.wardroom.purple.Calls.Answer;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import io.wardroom.purple.Published;
import io.wardroom.purple.TestBundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class IntelTest extends OnRealServers {
    private static final Path DATA = TestStack.checkout().resolve("../shared/data");
    private static final String MAPPING = "kev-07.28.2025_attack-16.1-enterprise.json.gz";
    private static final String PRESS = """
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
              <title>Press</title>
              <item><title>A loader &amp; its ways</title><guid>press-1</guid><link>https://press.example/1</link>
                <pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate>
                <description><![CDATA[<p>It ran PowerShell (T1059.001) after cve-2099-0001.</p>]]></description></item>
              <item><title>Nothing of interest</title><guid>press-2</guid><description>Cats.</description></item>
            </channel></rss>
            """;

    private final People people = new People(STACK);

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private LockProvider locks;

    @Autowired
    private Clock clock;

    private Calls calls;
    private String admin;

    @BeforeEach
    void nothingKnown() throws IOException {
        calls = new Calls(port, json);
        admin = people.token(Role.ADMIN);
        noFiles();
        transaction.executeWithoutResult(_ -> {
            jdbc.sql("delete from intel_item").update();
            jdbc.sql("delete from catalogue_current").update();
            jdbc.sql("delete from catalogue_version").update();
        });
    }

    @AfterEach
    void noFiles() throws IOException {
        for (var name : List.of("kev.json", "press.xml", MAPPING, "known_exploited_vulnerabilities.json.gz")) {
            Files.deleteIfExists(IMPORTS.resolve(name));
        }
    }

    @Test
    void theRealCatalogueMeetsTheTechniquesOfTheRealMapping() throws IOException {
        copied("advisories/kev", "known_exploited_vulnerabilities.json.gz");
        copied("mappings", MAPPING);
        put("press.xml", PRESS);
        var mapped = new HashMap<String, java.util.Set<String>>();
        unpacked(DATA.resolve("mappings").resolve(MAPPING))
                .get("mapping_objects")
                .forEach(row -> mapped.computeIfAbsent(
                                row.get("attack_object_id").asString(), _ -> new java.util.HashSet<>())
                        .add(row.get("capability_id").asString()));

        var scanned = scan().ok();

        assertThat(scanned.at("/mapping").asString()).isEqualTo(MAPPING);
        var kev = scanned.at("/feeds/0");
        assertThat(kev.get("feed").asString()).isEqualTo("cisa_kev");
        assertThat(kev.get("read").asInt()).isEqualTo(1_404);
        assertThat(kev.get("matched").asInt()).isEqualTo(419);
        assertThat(kev.get("new_items").asInt()).isEqualTo(419);
        assertThat(scanned.at("/new_items").asInt()).isEqualTo(420);
        assertThat(total("?feed=cisa_kev")).isEqualTo(419);
        for (var technique : List.of("T1190", "T1059", "T1005")) {
            assertThat(total("?feed=cisa_kev&technique=" + technique))
                    .as(technique)
                    .isEqualTo(mapped.get(technique).size());
        }
        var item = calls.get("/system/intel-items?search=CVE-2024-34102", people.token(Role.VIEWER))
                .ok()
                .at("/items/0");
        assertThat(item.get("title").asString()).contains("Adobe Commerce");
        assertThat(item.at("/details/vendor").asString()).isEqualTo("Adobe");
        assertThat(rules(item))
                .isEqualTo(Map.of(
                        "T1190", List.of("exploitation_technique"),
                        "T1059", List.of("primary_impact"),
                        "T1005", List.of("secondary_impact")));

        var again = scan().ok();

        assertThat(again.at("/new_items").asInt()).isZero();
        assertThat(again.at("/feeds/0/updated_items").asInt()).isZero();
        assertThat(total("")).isEqualTo(420);
    }

    @Test
    void withTheRealBundleAttacksOwnWordsMeetThemToo() throws IOException {
        copied("advisories/kev", "known_exploited_vulnerabilities.json.gz");
        put("press.xml", PRESS);
        copied("attack", "enterprise-attack-18.1.json.gz");
        calls.send("POST", "/system/sync-mitre?source=enterprise-attack-18.1.json.gz", admin, null)
                .ok();

        var scanned = scan().ok();

        assertThat(scanned.at("/mapping").asString()).isEqualTo("none is configured");
        // 132 by uses of techniques; two more stand in techniques' own texts, if at all
        assertThat(scanned.at("/feeds/0/matched").asInt()).isBetween(125, 140);
        assertThat(rules(calls.get("/system/intel-items?feed=cisa_kev", admin)
                        .ok()
                        .at("/items/0")))
                .isNotEmpty()
                .allSatisfy((_, rules) -> assertThat(rules).containsExactly("attack"));
        // what comes to be known later is added to what is there
        copied("mappings", MAPPING);
        var later = scan().ok();
        assertThat(later.at("/new_items").asInt()).isGreaterThan(250);
        assertThat(later.at("/feeds/0/updated_items").asInt()).isPositive();
    }

    @Test
    void whatATextNamesAndHowItIsKnown() throws IOException {
        var bundle = new TestBundle("1")
                .technique("T1059.001", "PowerShell", "execution")
                .technique("T1203", "Exploitation", "execution")
                .with("description", "Such as cve-2099-0001, and not CVE-2099-00019.")
                .json(json);
        put("intel-bundle.json", bundle);
        calls.send("POST", "/system/sync-mitre?source=intel-bundle.json", admin, null)
                .ok();
        put("press.xml", PRESS);
        put("kev.json", kev("CVE-2099-0001", "CVE-2099-0002"));

        var scanned = scan().ok();

        assertThat(scanned.at("/new_items").asInt()).isEqualTo(2);
        assertThat(total("")).isEqualTo(2);
        var press = calls.get("/system/intel-items?feed=press", admin).ok().at("/items/0");
        assertThat(press.get("title").asString()).isEqualTo("A loader & its ways");
        assertThat(press.get("url").asString()).isEqualTo("https://press.example/1");
        assertThat(press.get("published_at").asString()).isEqualTo("2026-01-05T10:00:00Z");
        assertThat(rules(press)).isEqualTo(Map.of("T1059.001", List.of("named"), "T1203", List.of("attack")));
        assertThat(press.at("/techniques/0/name").asString()).isEqualTo("PowerShell");
        put("kev.json", kev("CVE-2099-0001", "CVE-2099-0002").replace("\"Unknown\"", "\"Known\""));
        assertThat(scan().ok().at("/feeds/0/updated_items").asInt()).isEqualTo(1);
    }

    @Test
    void ofABrokenFeedNothingIsRecordedAndItIsToldWhere() throws IOException {
        var good = kev("CVE-2099-0001", "CVE-2099-0002");
        var technique = good.replace("A bug.", "A bug, as in T1059.");
        var broken = new HashMap<String, String>();
        broken.put("cut off", technique.substring(0, technique.length() / 2));
        broken.put("another type", technique.replace("\"2026-01-01\"", "17"));
        broken.put("no date", technique.replace("\"2026-01-01\"", "\"soon\""));
        broken.put("no array", "{\"count\": 0, \"vulnerabilities\": {}}");
        broken.put("no object", "[]");
        broken.put("empty", "");
        broken.put("no CVE", technique.replace("CVE-2099-0002", "2099-0002"));
        broken.put("twice", technique.replace("CVE-2099-0002", "CVE-2099-0001"));
        broken.put("NUL", technique.replace("A bug", "A\\u0000bug"));
        broken.put("half a character", technique.replace("A bug", "A\\ud83dbug"));
        broken.put("something behind", technique + "{}");
        broken.put("another number", technique.replace("\"count\": 2", "\"count\": 3"));
        broken.put("a page", "<!doctype html><html></html>");
        for (var one : broken.entrySet()) {
            put("kev.json", one.getValue());
            var answer = scan();
            assertThat(answer.status()).as("%s: %s", one.getKey(), answer.raw()).isEqualTo(400);
            assertThat(answer.at("/code").asString()).isEqualTo("FEED_BROKEN");
            assertThat(answer.at("/detail").asString())
                    .as(one.getKey())
                    .startsWith("cisa_kev: ")
                    .containsAnyOf("line ", "it says that it has");
        }
        assertThat(total("")).isZero();
        for (var page : List.of(
                "<rss><channel><item><title>T1059</title>",
                "<html><body/></html>",
                "<!DOCTYPE a [<!ENTITY b \"T1059\">]><rss><channel><item><title>&b;</title><guid>1</guid></item>"
                        + "</channel></rss>",
                "<rss><item><guid>1</guid></item></rss>",
                "")) {
            put("press.xml", page);
            assertThat(scan().status()).as(page).isEqualTo(400);
        }
        assertThat(total("")).isZero();

        put("press.xml", PRESS);
        var half = scan().ok();

        assertThat(half.at("/message").asString()).contains("some feeds could not be read");
        assertThat(half.at("/feeds/0/detail").asString()).isNotBlank();
        assertThat(half.at("/new_items").asInt()).isEqualTo(1);
        assertThat(total("?feed=cisa_kev")).isZero();
    }

    @Test
    void oneScanAtATime() throws IOException {
        put("press.xml", PRESS);
        var held = locks.lock(
                        new LockConfiguration(clock.instant(), "intel-feeds", Duration.ofMinutes(1), Duration.ZERO))
                .orElseThrow();
        try {
            assertThat(scan().status()).isEqualTo(409);
        } finally {
            held.unlock();
        }
        scan().ok();
    }

    @Test
    void administratorsScanAndItIsOnRecord() throws IOException {
        put("press.xml", PRESS);
        for (var role : Role.values()) {
            var answer = calls.send("POST", "/system/run-intel-scan", people.token(role), null);
            assertThat(answer.status()).as(role.name()).isEqualTo(role == Role.ADMIN || role == Role.OWNER ? 200 : 403);
            assertThat(calls.get("/system/intel-items", people.token(role)).status())
                    .isEqualTo(200);
        }
        assertThat(calls.send("POST", "/system/run-intel-scan", null, null).status())
                .isEqualTo(401);
        Files.delete(IMPORTS.resolve("press.xml"));
        assertThat(scan().status()).isEqualTo(400);
        var deeds = Published.of(STACK, json, "audit.actions.v1", people.tenant.value(), found -> found.stream()
                .anyMatch(event ->
                        "FEED_BROKEN".equals(event.body().path("reason").asString(""))));
        assertThat(deeds.stream().map(event -> event.body().get("action").asString()))
                .contains("run_intel_scan", "access_refused");
        for (var bad : List.of("?limit=0", "?limit=201", "?offset=-1", "?search=%00", "?technique=" + "x".repeat(65))) {
            assertThat(calls.get("/system/intel-items" + bad, admin).status())
                    .as(bad)
                    .isEqualTo(400);
        }
    }

    @Test
    void anAddressGivesAFeedOrIsAway() throws IOException, BrokenFeed {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/good", exchange -> {
            var bytes = PRESS.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.createContext("/long", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[1 << 17]);
            exchange.close();
        });
        server.createContext("/slow", exchange -> exchange.sendResponseHeaders(200, 0));
        server.createContext("/gone", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        try {
            var base = "http://127.0.0.1:" + server.getAddress().getPort();
            var source = source();
            try (var found = source.at(URI.create(base + "/good"));
                    var bytes = found.open()) {
                assertThat(NewsFeed.read(bytes, 10)).hasSize(2);
            }
            for (var path : List.of("/long", "/slow", "/gone")) {
                assertThat(catchThrowableOfType(
                                BrokenFeed.class, () -> source.at(URI.create(base + path + "?key=hunter2"))))
                        .as(path)
                        .isNotNull()
                        .matches(BrokenFeed::isAway)
                        .hasMessageContaining(base + path)
                        .message()
                        .doesNotContain("hunter2");
            }
            for (var address :
                    List.of("http://feeds.example.org/x", "ftp://x/y", "file:../../etc/passwd", "file:/etc/passwd")) {
                assertThat(catchThrowableOfType(BrokenFeed.class, () -> source.at(URI.create(address))))
                        .as(address)
                        .isNotNull()
                        .matches(broken -> !broken.isAway());
            }
        } finally {
            server.stop(0);
        }
    }

    @Test
    void whatUnpacksBeyondTheBoundIsNotRead() throws IOException {
        try (var packed = new java.util.zip.GZIPOutputStream(Files.newOutputStream(IMPORTS.resolve("kev.json")))) {
            packed.write("{\"x\": \"".getBytes(StandardCharsets.UTF_8));
            var blanks = "\",\"x\":\"".repeat(1 << 14).getBytes(StandardCharsets.UTF_8);
            for (var written = 0L; written < 80L << 20; written += blanks.length) {
                packed.write(blanks);
            }
        }

        var answer = scan();

        assertThat(answer.status()).as(answer.raw()).isEqualTo(400);
        assertThat(answer.at("/detail").asString()).contains("longer than");
    }

    private static IntelSource source() {
        return new IntelSource(new IntelProperties(
                IMPORTS.toString(),
                "",
                "",
                Map.of(),
                false,
                "-",
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                1 << 16,
                100));
    }

    private static String kev(String... cves) {
        var rows = java.util.Arrays.stream(cves).map("""
                        {"cveID": "%s", "vulnerabilityName": "A bug", "shortDescription": "A bug.",
                            "dateAdded": "2026-01-01", "knownRansomwareCampaignUse": "Unknown", "cwes": ["CWE-1"]}
                        """::formatted).toList();
        return "{\"title\": \"KEV\", \"count\": %d, \"vulnerabilities\": [%s]}"
                .formatted(rows.size(), String.join(",", rows));
    }

    private Answer scan() {
        return calls.send("POST", "/system/run-intel-scan", admin, null);
    }

    private int total(String query) {
        return calls.get("/system/intel-items" + query, admin).ok().at("/total").asInt();
    }

    private static Map<String, List<String>> rules(JsonNode item) {
        var rules = new HashMap<String, List<String>>();
        item.get("techniques")
                .forEach(one -> rules.put(
                        one.get("mitre_id").asString(),
                        one.get("rules").valueStream().map(JsonNode::asString).toList()));
        return rules;
    }

    private ObjectNode unpacked(Path file) throws IOException {
        try (var text = new GZIPInputStream(Files.newInputStream(file))) {
            return (ObjectNode) json.readTree(text);
        }
    }

    private static void put(String name, String content) throws IOException {
        Files.writeString(IMPORTS.resolve(name), content);
    }

    private static void copied(String folder, String name) throws IOException {
        var file = DATA.resolve(folder).resolve(name);
        assumeTrue(Files.isReadable(file), "the real data is not here: " + name);
        Files.copy(file, IMPORTS.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
