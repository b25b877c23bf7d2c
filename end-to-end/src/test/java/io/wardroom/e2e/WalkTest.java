package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.CHECKOUT;
import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a login to a curve of this very host, and what the audit log tells of it.
class WalkTest {
    private static final Duration FRESH = Duration.ofSeconds(5);

    @Test
    void thisHostsMetricsCanBeReadSecondsAfterItsAgentSentThem(@TempDir Path folder) throws Exception {
        var token = folder.resolve("enrolment-token");
        Files.writeString(token, OWNER.enrolmentToken());
        Files.writeString(folder.resolve("agent.toml"), """
                hub_url = "%s"
                enrolment_token_file = "%s"
                data_dir = "%s"
                machine_id = "walk-test"
                """.formatted(SUITE.gateway(), token, folder.resolve("data")));

        var agent = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-jar",
                        CHECKOUT.resolve("agent/target/wardroom-agent.jar").toString(),
                        "--config",
                        folder.resolve("agent.toml").toString(),
                        "--once")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("agent.log").toFile())
                .start();
        assertThat(agent.waitFor(90, TimeUnit.SECONDS)).as("the agent ended").isTrue();
        assertThat(agent.exitValue())
                .as(Files.readString(folder.resolve("agent.log")))
                .isZero();

        var id = Answer.JSON
                .readTree(Files.readString(folder.resolve("data/identity.json")))
                .get("agent_id")
                .asString();
        await("the host's memory").atMost(FRESH).until(() -> !OWNER.get(
                        "/api/v1/agents/" + id + "/metrics?interval=raw&name=system.memory.usage")
                .expect(200)
                .json()
                .get("series")
                .isEmpty());
        var series = OWNER.get(
                        "/api/v1/agents/" + id + "/metrics?interval=raw&name=system.memory.usage&label.state=used")
                .expect(200)
                .json()
                .get("series");
        assertThat(series.size()).isEqualTo(1);
        assertThat(series.get(0).get("points").get(0).get(1).asDouble()).isGreaterThan(1 << 20);
        assertThat(OWNER.get("/api/v1/agents/" + id).expect(200).field("status"))
                .isEqualTo("online");

        await("what was done on the way").atMost(Duration.ofSeconds(15)).until(() -> actionsOn(id)
                .contains("agent_registered success"));
        assertThat(actions("?action=create_enrolment_token")).contains("create_enrolment_token success");
        assertThat(actions("?action=login")).contains("login success");
    }

    @Test
    void aRefusedLoginIsOnRecord() {
        var refused = Http.send(
                "POST",
                SUITE.gateway().resolve("/api/v1/auth/login"),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "username=admin&password=wrong".getBytes(StandardCharsets.UTF_8));

        assertThat(refused.expect(401).field("code")).isEqualTo("UNAUTHORIZED");
        await("the refused login").atMost(Duration.ofSeconds(15)).until(() -> actions("?action=login")
                .contains("login refused"));
    }

    @Test
    void anotherKeyForAKnownMachineIsRefusedAndOnRecord() {
        var agent = VirtualAgent.registered(OWNER);

        VirtualAgent.register(OWNER.enrolmentToken(), agent.machine, VirtualAgent.publicKey(VirtualAgent.newKey()))
                .expect(403);

        await("the refused registration").atMost(Duration.ofSeconds(15)).until(() -> actionsOn(agent.id)
                .contains("agent_registered refused"));
        OWNER.send("DELETE", "/api/v1/agents/" + agent.id, null).expect(204);
        await("the deleted agent's token is dead")
                .atMost(Duration.ofSeconds(10))
                .until(() -> agent.heartbeat().status() == 401);
        await("the deletion").atMost(Duration.ofSeconds(15)).until(() -> actionsOn(agent.id)
                .contains("delete_agent success"));
    }

    @Test
    void meIsWhoLoggedIn() {
        var me = OWNER.get("/api/v1/auth/me").expect(200).json();

        assertThat(me.get("username").asString()).isEqualTo(TheSuite.STACK.administrator());
        assertThat(me.get("role").asString()).isEqualTo("owner");
        assertThat(me.get("is_active").asBoolean()).isTrue();
        assertThat(me.get("tenant_id").asString())
                .isEqualTo(TheSuite.STACK.administratorTenant().toString());
    }

    private static List<String> actionsOn(String entity) {
        return OWNER.get("/api/v1/audit-logs?entity_type=agent&limit=100")
                .expect(200)
                .json()
                .get("items")
                .valueStream()
                .filter(row -> row.get("entity_id").asString().equals(entity))
                .map(row ->
                        row.get("action").asString() + " " + row.get("outcome").asString())
                .toList();
    }

    private static List<String> actions(String query) {
        return OWNER.get("/api/v1/audit-logs" + query)
                .expect(200)
                .json()
                .get("items")
                .valueStream()
                .map(row ->
                        row.get("action").asString() + " " + row.get("outcome").asString())
                .toList();
    }
}
