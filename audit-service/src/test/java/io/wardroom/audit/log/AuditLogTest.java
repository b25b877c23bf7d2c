package io.wardroom.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = AuditLogTest.Servers.class)
class AuditLogTest {
    private static final Stack STACK = TestStack.shared();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static final class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            var settings = new HashMap<String, Object>(STACK.environmentOf("audit-service"));
            settings.putAll(STACK.newDatabase("audit-service").environment());
            settings.put("management.server.port", "0");
            settings.put("spring.kafka.consumer.group-id", "audit-service-" + UuidV7.next());
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("servers", settings));
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final UUID tenant = UuidV7.next();

    @LocalServerPort
    private int port;

    @Autowired
    private KafkaTemplate<String, byte[]> kafka;

    @Autowired
    private JsonMapper json;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Test
    void aDeedIsKeptOnceHoweverOftenItComes() throws Exception {
        var deed = aDeed("create_enrolment_token", "success");
        publish(deed);
        publish(deed);
        publish(aDeed("delete_agent", "refused"));

        var token = token("admin");
        await("both deeds").atMost(PATIENCE).until(() -> total(get("", token)) == 2);

        var page = get("?action=create_enrolment_token", token);
        assertThat(total(page)).isEqualTo(1);
        var row = page.get("items").get(0);
        assertThat(row.get("id").asString()).isEqualTo(deed.id().toString());
        assertThat(row.get("timestamp").asString()).isEqualTo("2026-01-31T09:15:00Z");
        assertThat(row.get("details").get("label").asString()).isEqualTo("rack 7");
        assertThat(row.get("outcome").asString()).isEqualTo("success");
        assertThat(row.get("source_ip").asString()).isEqualTo("192.0.2.7");
    }

    @Test
    void anUnreadableRecordStopsNothing() throws Exception {
        kafka.send(Topics.AUDIT_ACTIONS, tenant.toString(), "not json".getBytes())
                .get(10, TimeUnit.SECONDS);
        publish(aDeed("login", "success"));

        var token = token("owner");
        await("the deed behind it").atMost(PATIENCE).until(() -> total(get("", token)) == 1);
    }

    @Test
    void everyFilterNarrowsAndPagesFollow() throws Exception {
        var first = aDeed("login", "success");
        var second = aDeed("login", "refused");
        var third = aDeed("delete_agent", "success");
        for (var deed : List.of(first, second, third)) {
            publish(deed);
        }
        var token = token("admin");
        await("the deeds").atMost(PATIENCE).until(() -> total(get("", token)) == 3);

        assertThat(ids(get("", token))).containsExactly(third.id(), second.id(), first.id());
        assertThat(total(get("?user_id=" + first.userId(), token))).isEqualTo(1);
        assertThat(total(get("?entity_type=agent", token))).isEqualTo(3);
        assertThat(total(get("?start_date=2026-01-31&end_date=2026-01-31", token)))
                .isEqualTo(3);
        assertThat(total(get("?start_date=2026-02-01", token))).isZero();
        assertThat(total(get("?end_date=2026-01-31T09:14:59", token))).isZero();
        assertThat(ids(get("?offset=1&limit=1", token))).containsExactly(second.id());
        var page = get("?limit=2", token);
        assertThat(ids(get("?limit=2&cursor=" + page.get("next_cursor").asString(), token)))
                .containsExactly(first.id());
        assertThat(ids(get("?offset=99", token))).isEmpty();
    }

    @Test
    void tenantsAndRolesAreKeptApart() throws Exception {
        publish(aDeed("login", "success"));
        var own = token("admin");
        await("the deed").atMost(PATIENCE).until(() -> total(get("", own)) == 1);

        assertThat(total(get("", STACK.accessToken(STACK.newUser(UuidV7.next(), "owner")))))
                .isZero();
        assertThat(status("", token("blue_lead"))).isEqualTo(403);
        assertThat(status("", null)).isEqualTo(401);
        assertThat(countRows(UuidV7.next())).as("as a stranger, in SQL").isZero();
        assertThat(countRows(tenant)).as("as its own, in SQL").isEqualTo(1);
    }

    @Test
    void onlyAPlatformAdministratorSeesWhatBelongsToNoTenant() throws Exception {
        var nobodys = new AuditAction(
                UuidV7.next(),
                TenantId.PLATFORM.value(),
                "user",
                null,
                "mallory-" + tenant,
                "login",
                "session",
                null,
                Instant.now(),
                "refused",
                "UNAUTHORIZED",
                null,
                null,
                null,
                Map.of());
        publish(nobodys);

        var platform = STACK.accessToken(STACK.newUser(tenant, "owner", "platform_admin"));
        await("the refused login").atMost(PATIENCE).until(() -> ids(get("", platform))
                .contains(nobodys.id()));
        assertThat(total(get("", token("owner")))).isZero();
    }

    @Test
    void theServiceItselfCannotChangeWhatIsWritten() throws Exception {
        publish(aDeed("login", "success"));
        await("the deed").atMost(PATIENCE).until(() -> countRows(tenant) == 1);

        for (var tampering :
                List.of("update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log")) {
            assertThatThrownBy(() -> TenantScope.everyTenant(
                            () -> transaction.execute(_ -> jdbc.sql(tampering).update())))
                    .as(tampering)
                    .isInstanceOf(DataAccessException.class)
                    .hasStackTraceContaining("permission denied");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?limit=101",
                "?limit=0",
                "?limit=x",
                "?offset=-1",
                "?user_id=me",
                "?cursor=1",
                "?start_date=soon",
                "?end_date=2026-13-01",
                "?action=%00"
            })
    void aMalformedQueryIsNamed(String query) throws Exception {
        var response = send(query, token("admin"));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json.readTree(response.body()).get("code").asString()).isEqualTo("VALIDATION_ERROR");
    }

    private AuditAction aDeed(String action, String outcome) {
        return new AuditAction(
                UuidV7.next(),
                tenant,
                "user",
                UuidV7.next(),
                "ada",
                action,
                "agent",
                "17",
                Instant.parse("2026-01-31T09:15:00Z"),
                outcome,
                null,
                "192.0.2.7",
                "curl",
                "r-1",
                Map.of("label", "rack 7"));
    }

    private void publish(AuditAction deed) throws Exception {
        kafka.send(Topics.AUDIT_ACTIONS, deed.tenantId().toString(), json.writeValueAsBytes(deed))
                .get(10, TimeUnit.SECONDS);
    }

    private Integer countRows(UUID scope) {
        return TenantScope.within(
                new TenantId(scope),
                () -> transaction.execute(_ -> jdbc.sql("select count(*) from audit_log")
                        .query(Integer.class)
                        .single()));
    }

    private String token(String role) {
        return STACK.accessToken(STACK.newUser(tenant, role));
    }

    private static int total(JsonNode page) {
        return page.get("total").asInt();
    }

    private static List<UUID> ids(JsonNode page) {
        return page.get("items")
                .valueStream()
                .map(item -> UUID.fromString(item.get("id").asString()))
                .toList();
    }

    private JsonNode get(String query, String token) throws Exception {
        var response = send(query, token);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json.readTree(response.body());
    }

    private int status(String query, String token) throws Exception {
        return send(query, token).statusCode();
    }

    private HttpResponse<String> send(String query, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/audit-logs" + query))
                .timeout(PATIENCE);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
