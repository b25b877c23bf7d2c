package io.wardroom.gateway.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.tenant.TenantScope;
import io.wardroom.gateway.OnPeople;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.local.Stack.User;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/// What the tests of API keys share.
abstract class OnKeys extends OnPeople {
    static final String KEYS = "/api/v1/api-keys";
    static final String AGENTS = "/api/v1/agents";
    static final String ME = "/api/v1/auth/me";

    final UUID tenant = UUID.randomUUID();

    @Autowired
    ReactiveStringRedisTemplate redis;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionTemplate transactions;

    @BeforeEach
    void agentServiceAnswersWhoeverComesThrough() {
        UPSTREAM.answer(AGENTS, TestUpstream.json(200, "{\"items\":[]}"));
    }

    JsonNode newKey(User owner, String... scopes) {
        var answer = post(owner, KEYS, Map.of("name", "robot", "scopes", List.of(scopes)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer);
    }

    static String keyOf(JsonNode made) {
        return made.get("key").asString();
    }

    static String idOf(JsonNode made) {
        return made.get("id").asString();
    }

    HttpRequest.Builder with(String key, String path) {
        return request(path).header("X-API-Key", key);
    }

    HttpResponse<String> get(String key, String path) {
        return send(with(key, path));
    }

    HttpResponse<String> write(String key, String method, String path) {
        return send(with(key, path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString("{}")));
    }

    HttpResponse<String> delete(User as, String id) {
        return send(request(KEYS + "/" + id)
                .header("Authorization", "Bearer " + STACK.accessToken(as))
                .DELETE());
    }

    /// As if the key had not been used for a while.
    void forgetTokens(String key) {
        for (var pattern : List.of("wardroom:api-key:*", "wardroom:once:api-key:*")) {
            redis.delete(redis.keys(pattern.replace("*", new ApiKey(key).hash() + "*")))
                    .block(Duration.ofSeconds(10));
        }
    }

    int update(String sql, String id) {
        return TenantScope.everyTenant(() -> transactions.execute(
                _ -> jdbc.sql(sql).param("id", UUID.fromString(id)).update()));
    }

    static void isAway(HttpResponse<String> answer) {
        isError(answer, 503, "UNAVAILABLE");
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
    }
}
