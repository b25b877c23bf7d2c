package io.wardroom.purple.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.siegmar.fastcsv.reader.CsvReader;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

class ReportTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String EVIL = "=cmd|'/C calc'!A0,\"<script>alert(1)</script>\"";

    private final People people = new People(STACK);
    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private PlatformTransactionManager transactions;

    private Calls calls;

    @BeforeEach
    void twoTechniques() {
        calls = new Calls(port, json);
        technique("OWN-1", EVIL, "execution", "report-os");
        technique("OWN-2", "Untested", "execution", "other-os");
    }

    @Test
    void coverageIsToldByTechnique() {
        validated("OWN-1", "detected");
        validated("OWN-1", "partially_detected");
        test("OWN-1");

        var report = calls.get("/reports/coverage-summary?platform=Report-OS", token())
                .ok();

        assertThat(report.at("/generated_at").asString()).endsWith("Z");
        assertThat(report.at("/filters")).isEqualTo(json.readTree("{\"tactic\":null,\"platform\":\"Report-OS\"}"));
        assertThat(report.at("/summary")).isEqualTo(json.readTree("""
                {"total_techniques":1,"validated":0,"partial":1,"not_covered":0,"in_progress":0,"not_evaluated":0,
                "coverage_percentage":100.0,"weighted_coverage":50.0}"""));
        assertThat(report.at("/techniques")).isEqualTo(json.readTree("""
                [{"mitre_id":"OWN-1","name":%s,"tactic":"execution","platforms":["report-os"],
                "status_global":"partial","tests_total":3,"tests_validated":2,"detected":1,"partially_detected":1,
                "not_detected":0}]""".formatted(json.writeValueAsString(EVIL))));
        assertThat(ids("?tactic=Execution&platform=report-os")).containsExactly("OWN-1");
        assertThat(ids("?tactic=execution,impact")).contains("OWN-1", "OWN-2");
        assertThat(ids("?tactic=unheard-of")).isEmpty();
        assertThat(ids("?tactic=impact&tactic=execution&platform=other-os")).containsExactly("OWN-2");
        assertThat(calls.get("/reports/coverage-summary?platform=report-os", new People(STACK).token(Role.OWNER))
                        .ok()
                        .at("/techniques"))
                .isEmpty();
    }

    @Test
    void spreadsheetsReadCoverageAndRunNothingOfIt() throws Exception {
        validated("OWN-1", "not_detected");

        var answer = asked("/reports/coverage-csv?platform=report-os", "text/html,*/*;q=0.8");

        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/csv"));
        assertThat(answer.headers().firstValue("Content-Disposition"))
                .contains("attachment; filename=\"coverage.csv\"");
        assertThat(answer.body().split("\r\n", -1)).hasSize(3);
        try (var rows = CsvReader.builder().ofNamedCsvRecord(answer.body())) {
            var row = rows.stream().toList().getFirst().getFieldsAsMap();
            assertThat(row.keySet())
                    .containsExactly(
                            "mitre_id",
                            "name",
                            "tactic",
                            "platforms",
                            "status_global",
                            "tests_total",
                            "tests_validated",
                            "detected",
                            "partially_detected",
                            "not_detected");
            assertThat(row.get("name")).isEqualTo("'" + EVIL);
            assertThat(row)
                    .containsAllEntriesOf(
                            Map.of("status_global", "not_covered", "tests_total", "1", "not_detected", "1"));
        }
        assertThat(ReportCsv.cell("＝1")).isEqualTo("'＝1");
        assertThat(ReportCsv.cell("-1")).isEqualTo("'-1");
        assertThat(ReportCsv.cell(-1)).isEqualTo("-1");
        assertThat(ReportCsv.cell(null)).isEmpty();
    }

    @Test
    void reportsArePagesToPrintWhereOneLikesThem() throws Exception {
        var test = test("OWN-1");
        calls.send(
                        "PATCH",
                        "/tests/" + test + "/remediation",
                        people.token(Role.BLUE_TECH),
                        Map.of("remediation_steps", EVIL))
                .ok();

        var browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (var report : List.of("coverage-summary", "test-results", "remediation-status")) {
            var page = asked("/reports/" + report, browser);
            assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=UTF-8");
            assertThat(page.headers().allValues("Vary")).contains("Accept");
            var policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
            assertThat(policy).startsWith("default-src 'none'").contains(digest(page.body()));
            assertThat(page.body())
                    .contains("@page", "<thead>", "=cmd|&#39;/C calc&#39;!A0,&quot;&lt;script&gt;alert(1)")
                    .doesNotContain("<script")
                    .endsWith("</html>\n");
            for (var format : List.of("?format=json", "?")) {
                assertThat(asked("/reports/" + report + format, format.length() > 1 ? browser : "*/*")
                                .headers()
                                .firstValue("Content-Type"))
                        .contains("application/json");
            }
            assertThat(asked("/reports/" + report + "?format=html", "application/json")
                            .body())
                    .startsWith("<!doctype html>");
        }
        assertThat(asked("/reports/test-results?state=done", browser).body()).contains("VALIDATION_ERROR");
    }

    @Test
    void resultsAreToldByTheTimeTestsWereMade() {
        test("OWN-1");
        var today = LocalDate.now(ZoneOffset.UTC);

        assertThat(total("date_from=" + today.minusDays(1))).isEqualTo(1);
        assertThat(total("date_from=" + today.plusDays(2))).isZero();
        // the day may end while this runs
        assertThat(total("date_to=" + today.plusDays(1))).isEqualTo(1);
        assertThat(total("date_to=" + today.minusDays(1))).isZero();
        assertThat(total("date_from=" + today.minusDays(1) + "T00:00:00%2B02:00"))
                .isEqualTo(1);
        assertThat(total("date_from=" + today.minusDays(1) + "T00:00:00+02:00&date_to=" + today.plusDays(1) + "T00:00"))
                .isEqualTo(1);
    }

    @Test
    void wrongParametersAreNamed() {
        for (var wrong : List.of(
                "coverage-summary?format=pdf",
                "coverage-summary?platform=%00",
                "coverage-summary?tactic=a%00b",
                "coverage-csv?platform=" + "x".repeat(65),
                "test-results?state=done",
                "test-results?date_from=soon",
                "test-results?date_to=2026-02-30",
                "test-results?date_to=%2B999999999-01-01T00:00:00Z",
                "test-results?date_from=2026-02-02&date_to=2026-01-01",
                "remediation-status?status=done")) {
            var answer = calls.get("/reports/" + wrong, token());
            assertThat(answer.status()).as(wrong).isEqualTo(400);
            assertThat(answer.at("/code").asString()).isEqualTo("VALIDATION_ERROR");
            assertThat(wrong).contains(answer.at("/errors/0/field").asString().replaceAll("\\[.*|\\..*", ""));
        }
        assertThat(calls.get("/reports/coverage-csv", null).status()).isEqualTo(401);
    }

    @Test
    void aReaderWhoGoesAwayFreesTheDatabaseAndTheNextInLine() throws Exception {
        manyTests(15_000);

        var open = new ArrayList<InputStream>();
        try {
            for (var i = 0; i < 4; i++) {
                var answer = http.send(request("/reports/test-results", "*/*"), BodyHandlers.ofInputStream());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body().read()).isEqualTo('{');
                open.add(answer.body());
            }
            var refused = asked("/reports/test-results", "*/*");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).contains("10");
        } finally {
            for (var reader : open) {
                reader.close();
            }
        }

        await("the queries ended").atMost(PATIENCE).until(() -> reading() == 0);
        assertThat(calls.get("/reports/test-results", token()).ok().at("/tests").size())
                .isEqualTo(15_000);
    }

    private int reading() {
        return jdbc.sql("""
                        select count(*) from pg_stat_activity
                        where usename = current_user and pid <> pg_backend_pid() and state like 'idle in transaction%'
                            and query like '%attack_test%'
                        """).query(Integer.class).single();
    }

    private void manyTests(int count) {
        var like = test("OWN-1");
        TenantScope.within(people.tenant, () -> {
            new TransactionTemplate(transactions).executeWithoutResult(_ -> jdbc.sql("""
                            insert into attack_test (id, tenant_id, technique_id, technique_mitre_id, name, description,
                                state, created_by, created_by_name, created_at, updated_at, root_id, retest_count,
                                version)
                            select uuidv7(), tenant_id, technique_id, technique_mitre_id, 'one of many',
                                repeat('long ', 200), state, created_by, created_by_name, created_at, updated_at, id, 0, 0
                            from attack_test, generate_series(2, :count) where id = :like::uuid
                            """)
                    .param("count", count)
                    .param("like", like)
                    .update());
            return null;
        });
    }

    private int total(String filter) {
        return calls.get("/reports/test-results?" + filter, token())
                .ok()
                .at("/total")
                .asInt();
    }

    private List<String> ids(String filter) {
        return calls.get("/reports/coverage-summary" + filter, token())
                .ok()
                .at("/techniques")
                .valueStream()
                .map(row -> row.get("mitre_id").asString())
                .toList();
    }

    private void technique(String mitreId, String name, String tactic, String platform) {
        var answer = calls.send(
                "POST",
                "/techniques",
                people.token(Role.ADMIN),
                Map.of("mitre_id", mitreId, "name", name, "tactic", tactic, "platforms", List.of(platform)));
        assertThat(answer.status()).as(answer.raw()).isEqualTo(201);
    }

    private String test(String technique) {
        var id = calls.get("/techniques/" + technique, token()).ok().at("/id").asString();
        return calls.send("POST", "/tests", people.token(Role.RED_TECH), Map.of("technique_id", id, "name", EVIL))
                .at("/id")
                .asString();
    }

    private void validated(String technique, String result) {
        var test = "/tests/" + test(technique);
        calls.send("POST", test + "/start-execution", people.token(Role.RED_TECH), null)
                .ok();
        calls.send("POST", test + "/submit-red", people.token(Role.RED_TECH), null)
                .ok();
        calls.send("POST", test + "/submit-blue", people.token(Role.BLUE_TECH), null)
                .ok();
        calls.send("POST", test + "/validate", people.token(Role.ADMIN), Map.of("result", result))
                .ok();
    }

    private String token() {
        return people.token(Role.VIEWER);
    }

    private HttpRequest request(String path, String accept) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token())
                .header("Accept", accept)
                .build();
    }

    private HttpResponse<String> asked(String path, String accept) throws Exception {
        return http.send(request(path, accept), BodyHandlers.ofString());
    }

    private static String digest(String page) throws Exception {
        var style = Pattern.compile("<style>(.*)</style>", Pattern.DOTALL).matcher(page);
        assertThat(style.find()).isTrue();
        return "'sha256-%s'"
                .formatted(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256")
                                .digest(style.group(1).getBytes("UTF-8"))));
    }
}
