package io.wardroom.audit.siem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.audit.OnRealServers;
import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The audit log as a syslog server gets it.
class SiemTest extends OnRealServers {
    private boolean away;

    @AfterEach
    void theServerIsThereForOthers() {
        if (away) {
            SYSLOG.start();
        }
    }

    @Test
    void aDeedArrivesAsOneLineOfJson() throws Exception {
        var done = aDeed("rotate_token", "success");
        var refused = aDeed("rotate_token", "refused");
        publish(done);
        publish(refused);

        awaitMessages(2);
        var message = messages().getFirst();
        assertThat(message).startsWith("<110>1 2026-01-31T09:15:00Z wardroom wardroom - rotate_token - {");
        var line = json.readTree(message.substring(message.indexOf('{')));
        assertThat(line.get("id").asString()).isEqualTo(done.id().toString());
        assertThat(line.get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(line.get("details").get("label").asString()).isEqualTo("rack 7");
        assertThat(messages().get(1))
                .startsWith("<108>1 ")
                .contains(refused.id().toString());
    }

    @Test
    void whileTheServerIsAwayNothingIsLost() throws Exception {
        SYSLOG.stop();
        away = true;
        var deeds = List.of(aDeed("a", "success"), aDeed("b", "success"), aDeed("c", "success"));
        for (var deed : deeds) {
            publish(deed);
        }
        var token = token("admin");
        await("the log goes on").atMost(PATIENCE).until(() -> total(get("?entity_type=agent", token)) == 3);
        assertThat(messages()).isEmpty();

        SYSLOG.start();
        away = false;

        awaitMessages(3);
        assertThat(messages().stream().distinct().toList())
                .extracting(this::idIn)
                .containsExactlyElementsOf(
                        deeds.stream().map(deed -> deed.id().toString()).toList());
    }

    @Test
    void whatAServerThatDiedHadHalfReadIsSentAgain() throws Exception {
        SYSLOG.breakNext(2);
        var deed = aDeed("login", "success");
        publish(deed);

        await("two broken deliveries").atMost(PATIENCE).until(() -> SYSLOG.faultsLeft() == 0);
        awaitMessages(1);
        assertThat(messages()).extracting(this::idIn).containsOnly(deed.id().toString());
    }

    @Test
    void hostileNamesAndUnreadableRecordsStopNothing() throws Exception {
        kafka.send(Topics.AUDIT_ACTIONS, tenant.toString(), "not json".getBytes())
                .get(10, TimeUnit.SECONDS);
        var deed = aDeed(
                "log\nin \uD83D\uDE80 " + "x".repeat(200),
                "success",
                "bobby'); drop table audit_log;--\r\n<111>1 - - - - - - forged\u0000",
                "y".repeat(10_000),
                Map.of("<b>", "\u0007"));
        publish(deed);

        awaitMessages(1);
        var message = messages().getFirst();
        assertThat(message).startsWith("<110>1 2026-01-31T09:15:00Z wardroom wardroom - log_in___xxxxxx");
        assertThat(message.indexOf('\n')).isNegative();
        assertThat(idIn(message)).isEqualTo(deed.id().toString());
    }

    private void awaitMessages(int number) {
        await("the messages").atMost(PATIENCE).until(() -> messages().size() >= number);
    }

    private List<String> messages() {
        return SYSLOG.messages(message -> message.contains("\"tenant_id\":\"%s\"".formatted(tenant))
                && message.contains("\"entity_type\":\"agent\"")
                // reads of the log are rows too, and tell the filter
                && !message.contains("audit_log_read"));
    }

    private String idIn(String message) {
        return json.readValue(message.substring(message.indexOf('{')), AuditAction.class)
                .id()
                .toString();
    }
}
