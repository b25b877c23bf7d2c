package io.wardroom.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wardroom.audit.OnRealServers;
import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

class AuditLogTest extends OnRealServers {
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
        await("both deeds").atMost(PATIENCE).until(() -> total(get("?entity_type=agent", token)) == 2);

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
        await("the deed behind it").atMost(PATIENCE).until(() -> total(get("?entity_type=agent", token)) == 1);
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
        await("the deeds").atMost(PATIENCE).until(() -> total(get("?entity_type=agent", token)) == 3);

        assertThat(ids(get("?entity_type=agent", token))).containsExactly(third.id(), second.id(), first.id());
        assertThat(total(get("?user_id=" + first.userId(), token))).isEqualTo(1);
        assertThat(total(get("?entity_type=agent", token))).isEqualTo(3);
        assertThat(total(get("?start_date=2026-01-31&end_date=2026-01-31", token)))
                .isEqualTo(3);
        assertThat(total(get("?entity_type=agent&start_date=2026-02-01", token)))
                .isZero();
        assertThat(total(get("?entity_id=17", token))).isEqualTo(3);
        assertThat(total(get("?entity_id=1", token))).isZero();
        assertThat(total(get("?entity_type=agent&outcome=refused", token))).isEqualTo(1);
        assertThat(total(get("?source_ip=192.0.2.7", token))).isEqualTo(3);
        assertThat(total(get("?entity_type=agent&search=RACK%207", token))).isEqualTo(3);
        assertThat(total(get("?entity_type=agent&search=100%25", token))).isZero();
        assertThat(total(get("?end_date=2026-01-31T09:14:59", token))).isZero();
        assertThat(ids(get("?offset=1&limit=1&entity_type=agent", token))).containsExactly(second.id());
        var page = get("?limit=2&entity_type=agent", token);
        assertThat(ids(get(
                        "?limit=2&entity_type=agent&cursor="
                                + page.get("next_cursor").asString(),
                        token)))
                .containsExactly(first.id());
        assertThat(ids(get("?offset=99", token))).isEmpty();
    }

    @Test
    void tenantsAndRolesAreKeptApart() throws Exception {
        publish(aDeed("login", "success"));
        var own = token("admin");
        await("the deed").atMost(PATIENCE).until(() -> total(get("?entity_type=agent", own)) == 1);

        assertThat(total(get("?entity_type=agent", STACK.accessToken(STACK.newUser(UuidV7.next(), "owner")))))
                .isZero();
        assertThat(status("", token("blue_lead"))).isEqualTo(403);
        assertThat(status("", null)).isEqualTo(401);
        assertThat(countRows(UuidV7.next())).as("as a stranger, in SQL").isZero();
        assertThat(countRows(tenant)).as("as its own, in SQL").isPositive();
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
        await("the refused login").atMost(PATIENCE).until(() -> ids(get("?entity_type=session", platform))
                .contains(nobodys.id()));
        assertThat(total(get("?entity_type=session", token("owner")))).isZero();
    }

    @Test
    void theServiceItselfCannotChangeWhatIsWritten() throws Exception {
        publish(aDeed("login", "success"));
        await("the deed").atMost(PATIENCE).until(() -> countRows(tenant) == 1);

        for (var tampering : List.of(
                "update audit_log set action = 'x'",
                "delete from audit_log",
                "truncate audit_log",
                "update audit_leaf set salt = null",
                "delete from audit_leaf",
                "update audit_subtree set root_hash = ''",
                "delete from audit_checkpoint",
                "select erase_audit_row(uuidv7(), 'because')")) {
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
                "?outcome=maybe",
                "?search=",
                "/consistency?from=2&to=1",
                "/consistency?from=0&to=99999",
                "/consistency?from=-1&to=1",
                "/export?format=xml",
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

    @Test
    void aReadLeavesItsRow() throws Exception {
        publish(aDeed("login", "success"));
        var token = token("admin");
        await("the deed").atMost(PATIENCE).until(() -> total(get("?entity_type=agent", token)) == 1);

        get("?search=needle&limit=7", token);
        get("/actions", token);
        send("/export?format=csv", token);

        await("the reads").atMost(PATIENCE).untilAsserted(() -> {
            var reads = get("?action=audit_log_read&limit=100", token).get("items");
            assertThat(reads.valueStream()
                            .map(row -> row.at("/details/read").asString()
                                    + row.at("/details/search").asString(""))
                            .toList())
                    .contains("listneedle", "actions", "export");
            assertThat(reads.get(0).get("source_ip").asString()).isEqualTo("127.0.0.1");
        });
        assertThat(get("/actions", token).valueStream().map(JsonNode::asString).toList())
                .containsExactly("audit_log_read", "login");
        assertThat(get("/entity-types", token)
                        .valueStream()
                        .map(JsonNode::asString)
                        .toList())
                .containsExactly("agent", "audit_log");
    }

    private Integer countRows(UUID scope) {
        return TenantScope.within(
                new TenantId(scope),
                () -> transaction.execute(_ -> jdbc.sql("select count(*) from audit_log")
                        .query(Integer.class)
                        .single()));
    }
}
