package io.wardroom.gateway.person;

import io.wardroom.local.Stack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// What tests ask of Keycloak itself, past the gateway.
public final class AtKeycloak {
    private static final JsonMapper JSON = JsonMapper.shared();

    private AtKeycloak() {}

    /// Whether a session lives.
    public static boolean live(Stack stack, String refreshToken) {
        return token(
                                stack,
                                Map.of(
                                        "grant_type",
                                        "refresh_token",
                                        "refresh_token",
                                        refreshToken,
                                        "client_id",
                                        "gateway-pw",
                                        "client_secret",
                                        secret(stack, "WARDROOM_KEYCLOAK_PASSWORD_SECRET")))
                        .statusCode()
                == 200;
    }

    /// Makes accounts without a password or a role, which takes a fraction of the time.
    static void importUsers(Stack stack, UUID tenant, int count) {
        var token = ownToken(stack);
        for (int i = 0; i < count; i++) {
            var user = Map.of(
                    "username",
                    "user-many-%03d-%s".formatted(i, tenant),
                    "enabled",
                    true,
                    "attributes",
                    Map.of("tenant_id", List.of(tenant.toString())));
            var answer = send(HttpRequest.newBuilder(URI.create(stack.keycloakUrl() + "/admin/realms/wardroom/users"))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(JSON.writeValueAsString(user))));
            if (answer.statusCode() != 201) {
                throw new IllegalStateException("Keycloak answered " + answer.statusCode());
            }
        }
    }

    /// How many sessions of a person live.
    public static int sessionsOf(Stack stack, UUID user) {
        var answer = send(HttpRequest.newBuilder(
                        URI.create(stack.keycloakUrl() + "/admin/realms/wardroom/users/" + user + "/sessions"))
                .header("Authorization", "Bearer " + ownToken(stack)));
        return JSON.readTree(answer.body()).size();
    }

    private static String ownToken(Stack stack) {
        var granted = token(
                stack,
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        "gateway",
                        "client_secret",
                        secret(stack, "WARDROOM_KEYCLOAK_GATEWAY_SECRET")));
        return JSON.readTree(granted.body()).get("access_token").asString();
    }

    private static String secret(Stack stack, String variable) {
        return stack.environmentOf("gateway").getOrDefault(variable, "");
    }

    private static HttpResponse<String> token(Stack stack, Map<String, String> form) {
        var body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(stack.issuer() + "/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
