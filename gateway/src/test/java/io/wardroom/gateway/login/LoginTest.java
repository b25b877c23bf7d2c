package io.wardroom.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.OnRealServers;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LoginTest extends OnRealServers {
    private static final UUID TENANT = UUID.randomUUID();

    @Test
    void theRightPasswordGivesTokensThatSayWhoOneIs() {
        var user = STACK.newUser(TENANT, "red_lead");

        var answer = send(form(Map.of("username", user.username(), "password", user.password())));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).propertyNames())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "refresh_token");
        assertThat(json(answer).get("token_type").asString()).isEqualTo("bearer");
        assertThat(json(answer).get("expires_in").asInt()).isEqualTo(900);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
        assertThat(answer.headers().firstValue("RateLimit-Limit")).contains("10");

        var me = send(request("/api/v1/auth/me")
                .header(
                        "Authorization",
                        "Bearer " + json(answer).get("access_token").asString()));
        assertThat(me.statusCode()).as(me.body()).isEqualTo(200);
        assertThat(json(me).get("id").asString()).isEqualTo(user.id().toString());
        assertThat(json(me).get("username").asString()).isEqualTo(user.username());
        assertThat(json(me).get("role").asString()).isEqualTo("red_lead");
        assertThat(json(me).get("is_active").asBoolean()).isTrue();
        assertThat(json(me).get("totp_enabled").asBoolean()).isFalse();
        assertThat(json(me).get("tenant_id").asString()).isEqualTo(TENANT.toString());
        assertThat(json(me).has("email")).isTrue();
    }

    HttpRequest.Builder form(Map<String, String> fields) {
        var body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return request("/api/v1/auth/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
    }

    HttpRequest.Builder jsonBody(String body) {
        return request("/api/v1/auth/login")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    static void isError(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(json(answer).get("code").asString()).isEqualTo(code);
        assertThat(json(answer).get("detail").asString()).isNotBlank();
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
    }
}
