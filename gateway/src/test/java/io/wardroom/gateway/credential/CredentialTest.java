package io.wardroom.gateway.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.Agents;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialTest extends OnRealServers {
    private static final String TOKEN = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "viewer"));

    @Test
    void aPersonsTokenIsRelayedAsItIs() {
        UPSTREAM.answer("/api/v1/agents", TestUpstream.json(200, "{\"items\":[]}"));

        var answer = send(request("/api/v1/agents?status=online&tag=a%20b").header("Authorization", "Bearer " + TOKEN));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var seen = UPSTREAM.seenAt("/api/v1/agents").getLast();
        assertThat(seen.header("Authorization")).isEqualTo("Bearer " + TOKEN);
        assertThat(seen.uri()).isEqualTo("/api/v1/agents?status=online&tag=a%20b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/agents",
                "/api/v1/auth/me",
                "/api/v1/audit-logs",
                "/api/v1/cloud/accounts",
                "/api/v1/ws/console/1",
                "/api/v1/agents/1/nothing-built"
            })
    void withoutACredentialNothingButThePublicRoutesOpens(String path) {
        var answer = send(request(path));

        isError(answer, 401, "UNAUTHORIZED");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }

    @Test
    void aTokenThatWasTamperedWithIsRefused() {
        var parts = TOKEN.split("\\.");
        var claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        var none = encoded("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + parts[1] + ".";
        var promoted = parts[0] + "." + encoded(claims.replace("viewer", "owner")) + "." + parts[2];
        var symmetric = encoded("{\"alg\":\"HS256\"}") + "." + parts[1] + "." + parts[2];
        var keyOfTheirs = encoded("{\"alg\":\"RS256\",\"kid\":\"mine\"}") + "." + parts[1] + "." + parts[2];

        for (var token : new String[] {none, promoted, symmetric, keyOfTheirs, "x", "a.b.c"}) {
            isError(send(request("/api/v1/agents").header("Authorization", "Bearer " + token)), 401, "UNAUTHORIZED");
        }
    }

    @Test
    void anAgentsTokenOpensAgentsRoutesOnlyAndAPersonsTokenNone() {
        var agent = Agents.publish(STACK);
        var heartbeat = "/api/v1/agents/%s/heartbeat".formatted(agent.id());
        UPSTREAM.answer(heartbeat, TestUpstream.json(200, "{\"status\":\"ok\"}"));
        await("the agent is known")
                .until(() -> send(request(heartbeat)
                                        .header("Authorization", agent.bearer())
                                        .POST(BodyPublishers.noBody()))
                                .statusCode()
                        == 200);

        isError(send(request("/api/v1/agents").header("Authorization", agent.bearer())), 401, "UNAUTHORIZED");
        for (var path :
                new String[] {heartbeat, "/api/v1/ingest", "/api/v1/ingest?general", "/api/v1/otlp/v1/metrics"}) {
            isError(
                    send(request(path)
                            .header("Authorization", "Bearer " + TOKEN)
                            .POST(BodyPublishers.ofString("{}"))),
                    401,
                    "UNAUTHORIZED");
        }
    }

    @Test
    void registeringNeedsWhatLooksLikeATokenForIt() {
        var path = "/api/v1/agents/register";
        UPSTREAM.answer(path, TestUpstream.json(201, "{\"agent_id\":\"1\"}"));

        for (var token : new String[] {"we_new", "ms_old"}) {
            var answer = send(
                    request(path).header("Authorization", "Bearer " + token).POST(BodyPublishers.ofString("{}")));
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.headers().firstValue("RateLimit-Limit")).contains("60");
            assertThat(UPSTREAM.seenAt(path).getLast().header("Authorization")).isEqualTo("Bearer " + token);
        }
        isError(send(request(path).POST(BodyPublishers.ofString("{}"))), 401, "UNAUTHORIZED");
        isError(
                send(request(path).header("Authorization", "Bearer " + TOKEN).POST(BodyPublishers.ofString("{}"))),
                401,
                "UNAUTHORIZED");
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
