package io.wardroom.gateway.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.OnPeople;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TenantTest extends OnPeople {
    private static final String PASSWORD = "a long enough one";

    private static Map<String, Object> newTenant(String name, String owner) {
        return Map.of(
                "name",
                name,
                "owner",
                Map.of("username", owner, "email", owner + "@example.org", "password", PASSWORD));
    }

    @Test
    void aTenantIsFoundedWithAnOwnerWhoSeesNothingElse() {
        var platform = STACK.newUser(UUID.randomUUID(), "owner", "platform_admin");
        var name = unique("Société");
        var owner = unique("boss");

        var answer = post(platform, "/api/v1/tenants", newTenant(name, owner));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        var tenant = json(answer);
        assertThat(tenant.propertyNames()).containsExactlyInAnyOrder("id", "name", "created_at", "owner");
        assertThat(tenant.get("name").asString()).isEqualTo(name);
        assertThat(tenant.get("owner").propertyNames()).containsExactlyInAnyOrder("id", "username", "email");
        var token = json(logIn(owner, PASSWORD)).get("access_token").asString();
        var me = json(send(request("/api/v1/auth/me").header("Authorization", "Bearer " + token)));
        assertThat(me.get("tenant_id").asString()).isEqualTo(tenant.get("id").asString());
        assertThat(me.get("role").asString()).isEqualTo("owner");
        var users = json(send(request("/api/v1/users").header("Authorization", "Bearer " + token)));
        assertThat(users.get("total").asInt()).isEqualTo(1);
        isError(send(request("/api/v1/tenants").header("Authorization", "Bearer " + token)), 403, "FORBIDDEN");
        var list = json(get(platform, "/api/v1/tenants?limit=200"));
        assertThat(list.get("items").findValuesAsString("name")).contains(name);
        assertThat(deeds(
                                1,
                                deed -> deed.get("action").asString().equals("tenant_created")
                                        && deed.path("entity_id")
                                                .asString("")
                                                .equals(tenant.get("id").asString()))
                        .toString())
                .doesNotContain(PASSWORD);
    }

    @Test
    void theTenantThatWasThereFirstIsListed() {
        var token = STACK.accessToken(STACK.administrator(), STACK.administratorPassword());

        var list = json(send(request("/api/v1/tenants?limit=200").header("Authorization", "Bearer " + token)));

        assertThat(list.get("items").findValuesAsString("id"))
                .contains(STACK.administratorTenant().toString());
        assertThat(list.get("total").asInt()).isEqualTo(list.get("items").size());
    }

    @Test
    void onlyPlatformAdministratorsMayFound() {
        var owner = STACK.newUser(UUID.randomUUID(), "owner");

        isError(get(owner, "/api/v1/tenants"), 403, "FORBIDDEN");
        isError(post(owner, "/api/v1/tenants", newTenant(unique("T"), unique("o"))), 403, "FORBIDDEN");

        var refused = deeds(
                1, deed -> deed.path("user_id").asString("").equals(owner.id().toString()));
        assertThat(refused.getFirst().get("action").asString()).isEqualTo("tenant_created");
        assertThat(refused.getFirst().get("outcome").asString()).isEqualTo("refused");
    }

    @Test
    void whatIsRefusedLeavesNothingBehind() {
        var platform = STACK.newUser(UUID.randomUUID(), "owner", "platform_admin");
        var name = unique("Half");

        isError(post(platform, "/api/v1/tenants", newTenant(name, platform.username())), 409, "CONFLICT");
        var weak = new HashMap<>(newTenant(name, unique("weak")));
        weak.put("owner", Map.of("username", unique("w"), "email", unique("w") + "@example.org", "password", "short"));
        isInvalid(post(platform, "/api/v1/tenants", weak), "owner.password");
        weak.put("colour", "red");
        isInvalid(post(platform, "/api/v1/tenants", weak), "colour");
        isInvalid(post(platform, "/api/v1/tenants", Map.of("name", name)), "owner.username");

        assertThat(json(get(platform, "/api/v1/tenants?limit=200")).get("items").findValuesAsString("name"))
                .doesNotContain(name);
        assertThat(post(platform, "/api/v1/tenants", newTenant(name, unique("o")))
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void aNameIsTakenOnceEvenAtTheSameTime() {
        var platform = STACK.newUser(UUID.randomUUID(), "owner", "platform_admin");
        var token = STACK.accessToken(platform);
        var name = unique("Twin");

        var answers = atOnce(Stream.of(name, name.toUpperCase(java.util.Locale.ROOT), name)
                .<Callable<HttpResponse<String>>>map(
                        spelled -> () -> write(token, "POST", "/api/v1/tenants", newTenant(spelled, unique("o"))))
                .toList());

        assertThat(answers.stream().map(HttpResponse::statusCode)).containsExactlyInAnyOrder(201, 409, 409);
    }
}
