package io.wardroom.gateway.person;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.OnPeople;
import io.wardroom.local.Stack;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class UserTest extends OnPeople {
    private static final String PASSWORD = "a long enough one";

    private final UUID tenant = UUID.randomUUID();

    private static Map<String, Object> newUser(String name, String role) {
        return Map.of("username", name, "email", name + "@example.org", "password", PASSWORD, "role", role);
    }

    @ParameterizedTest
    @ValueSource(strings = {"owner", "admin", "red_lead", "blue_lead", "red_tech", "blue_tech", "viewer"})
    void anOwnerMakesUsersOfEachRoleWhoCanLogIn(String role) {
        var owner = STACK.newUser(tenant, "owner");
        var name = unique("made");

        var answer = post(owner, "/api/v1/users", newUser(name, role));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        var user = json(answer);
        assertThat(user.propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "username",
                        "email",
                        "role",
                        "is_active",
                        "tenant_id",
                        "totp_enabled",
                        "created_at",
                        "last_login_at");
        assertThat(user.get("username").asString()).isEqualTo(name);
        assertThat(user.get("email").asString()).isEqualTo(name + "@example.org");
        assertThat(user.get("role").asString()).isEqualTo(role);
        assertThat(user.get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(answer.body()).doesNotContain(PASSWORD);
        var token = json(logIn(name, PASSWORD)).get("access_token").asString();
        var me = send(request("/api/v1/auth/me").header("Authorization", "Bearer " + token));
        assertThat(json(me).get("role").asString()).isEqualTo(role);
    }

    @ParameterizedTest
    @ValueSource(strings = {"red_lead", "blue_lead", "red_tech", "blue_tech", "viewer"})
    void othersNeitherSeeNorMakeNorChangeUsers(String role) {
        var somebody = STACK.newUser(tenant, role);

        isError(get(somebody, "/api/v1/users"), 403, "FORBIDDEN");
        isError(post(somebody, "/api/v1/users", Map.of()), 403, "FORBIDDEN");
        isError(post(somebody, "/api/v1/users", newUser(unique("no"), "viewer")), 403, "FORBIDDEN");
        isError(patch(somebody, somebody.id(), Map.of("role", "owner")), 403, "FORBIDDEN");
        // nor are they told what is wrong with a body
        var as = request("/api/v1/users")
                .header("Authorization", "Bearer " + STACK.accessToken(somebody))
                .header("Content-Type", "application/json");
        for (var body : List.of("nonsense", "{\"nobody\":1}", "")) {
            isError(send(as.copy().method("POST", BodyPublishers.ofString(body))), 403, "FORBIDDEN");
            isError(
                    send(as.copy()
                            .uri(uri("/api/v1/users/" + somebody.id()))
                            .method("PATCH", BodyPublishers.ofString(body))),
                    403,
                    "FORBIDDEN");
        }
        isError(send(request("/api/v1/users")), 401, "UNAUTHORIZED");
    }

    @Test
    void theLastLoginIsTold() {
        var owner = STACK.newUser(tenant, "owner");
        var user = STACK.newUser(tenant, "viewer");
        assertThat(lastLoginOf(user, owner).isNull()).isTrue();
        var before = Instant.now().minusSeconds(1);

        logIn(user.username(), "wrong as can be");
        assertThat(lastLoginOf(user, owner).isNull()).isTrue();
        logIn(user.username(), user.password());

        var first = Instant.parse(lastLoginOf(user, owner).asString());
        assertThat(first).isBetween(before, Instant.now().plusSeconds(1));
        logIn(user.username(), user.password());
        var second = Instant.parse(lastLoginOf(user, owner).asString());
        assertThat(second).isAfter(first);
        var changed = patch(owner, user.id(), Map.of("role", "red_tech"));
        assertThat(Instant.parse(json(changed).get("last_login_at").asString())).isEqualTo(second);
        assertThat(lastLoginOf(owner, owner).isNull()).isTrue();
    }

    private JsonNode lastLoginOf(Stack.User user, Stack.User seenBy) {
        return json(get(seenBy, "/api/v1/users?search=" + user.username()))
                .get("items")
                .get(0)
                .get("last_login_at");
    }

    @Test
    void anAddressLogsInAsWellAsTheName() {
        var user = STACK.newUser(tenant, "viewer");

        var byAddress = logIn(emailOf(user).toUpperCase(Locale.ROOT), user.password());

        assertThat(byAddress.statusCode()).as(byAddress.body()).isEqualTo(200);
        assertThat(json(byAddress).get("token_type").asString()).isEqualTo("bearer");
        isError(logIn(emailOf(user), "wrong as can be"), 401, "UNAUTHORIZED");
    }

    @Test
    void anAdminMakesAdminsButNoOwners() {
        var admin = STACK.newUser(tenant, "admin");
        var owner = STACK.newUser(tenant, "owner");
        var viewer = STACK.newUser(tenant, "viewer");

        assertThat(post(admin, "/api/v1/users", newUser(unique("b"), "admin")).statusCode())
                .isEqualTo(201);
        isError(post(admin, "/api/v1/users", newUser(unique("c"), "owner")), 403, "FORBIDDEN");
        isError(patch(admin, viewer.id(), Map.of("role", "owner")), 403, "FORBIDDEN");
        isError(patch(admin, owner.id(), Map.of("role", "viewer")), 403, "FORBIDDEN");
        isError(patch(admin, owner.id(), Map.of("password", "taken over it is")), 403, "FORBIDDEN");
        assertThat(logIn(owner.username(), owner.password()).statusCode()).isEqualTo(200);
    }

    @Test
    void onlyAPlatformAdministratorChangesOne() {
        var platform = STACK.newUser(tenant, "owner", "platform_admin");
        var owner = STACK.newUser(tenant, "owner");

        isError(patch(owner, platform.id(), Map.of("password", "taken over it is")), 403, "FORBIDDEN");
        assertThat(patch(platform, platform.id(), Map.of("email", unique("p") + "@example.org"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aMalformedUserNamesTheFieldAtFault() {
        var owner = STACK.newUser(tenant, "owner");
        for (var fault : Map.of(
                        "username", "a@b",
                        "email", "nobody at example.org",
                        "password", "short",
                        "role", "platform_admin",
                        "usrname", "unknown field")
                .entrySet()) {
            var body = new HashMap<>(newUser(unique("x"), "viewer"));
            body.put(fault.getKey(), fault.getValue());

            isInvalid(post(owner, "/api/v1/users", body), fault.getKey());
        }
        isInvalid(post(owner, "/api/v1/users", Map.of()), "email");
    }

    @Test
    void aNameOrAnAddressIsTakenOnce() {
        var owner = STACK.newUser(tenant, "owner");
        var name = unique("twin");
        post(owner, "/api/v1/users", newUser(name, "viewer"));

        isError(post(owner, "/api/v1/users", newUser(name, "viewer")), 409, "CONFLICT");
        var sameAddress = new HashMap<>(newUser(unique("other"), "viewer"));
        sameAddress.put("email", name + "@example.org");
        isError(post(owner, "/api/v1/users", sameAddress), 409, "CONFLICT");
        isError(patch(owner, owner.id(), Map.of("email", name + "@example.org")), 409, "CONFLICT");
    }

    @Test
    void aListHasItsOwnTenantOnlyPageByPage() {
        var owner = STACK.newUser(tenant, "owner");
        var viewer = STACK.newUser(tenant, "viewer");
        var third = STACK.newUser(tenant, "red_tech", "blue_tech");
        var stranger = STACK.newUser(UUID.randomUUID(), "viewer");

        var all = json(get(owner, "/api/v1/users"));
        assertThat(all.get("total").asInt()).isEqualTo(3);
        assertThat(all.get("limit").asInt()).isEqualTo(50);
        assertThat(all.get("items").findValuesAsString("id"))
                .containsExactlyInAnyOrder(
                        owner.id().toString(),
                        viewer.id().toString(),
                        third.id().toString());
        assertThat(all.get("items").findValuesAsString("role"))
                .containsExactlyInAnyOrder("owner", "viewer", "red_tech");
        var last = json(get(owner, "/api/v1/users?offset=2&limit=1"));
        assertThat(last.get("items").size()).isEqualTo(1);
        assertThat(last.get("total").asInt()).isEqualTo(3);
        assertThat(json(get(owner, "/api/v1/users?offset=10")).get("items").size())
                .isZero();
        var found = json(get(owner, "/api/v1/users?search=" + emailOf(viewer).toUpperCase(java.util.Locale.ROOT)));
        assertThat(found.get("items").findValuesAsString("id"))
                .containsExactly(viewer.id().toString());
        assertThat(found.get("total").asInt()).isEqualTo(1);
        assertThat(json(get(owner, "/api/v1/users?search=user-")).get("total").asInt())
                .isEqualTo(3);
        assertThat(json(get(owner, "/api/v1/users?search=" + stranger.username()))
                        .get("total")
                        .asInt())
                .isZero();
        isInvalid(get(owner, "/api/v1/users?limit=201"), "limit");
        isInvalid(get(owner, "/api/v1/users?offset=-1"), "offset");
    }

    @Test
    void aTenantMayHaveMoreUsersThanOnePageHolds() {
        var owner = STACK.newUser(tenant, "owner");
        AtKeycloak.importUsers(STACK, tenant, 205);

        var first = json(get(owner, "/api/v1/users?limit=200"));
        var second = json(get(owner, "/api/v1/users?limit=200&offset=200"));
        var found = json(get(owner, "/api/v1/users?limit=10&offset=200&search=user-"));

        assertThat(first.get("total").asInt()).isEqualTo(206);
        assertThat(first.get("items").size()).isEqualTo(200);
        assertThat(second.get("items").size()).isEqualTo(6);
        assertThat(first.get("items").findValuesAsString("id"))
                .doesNotContainAnyElementsOf(second.get("items").findValuesAsString("id"));
        assertThat(found.get("total").asInt()).isEqualTo(206);
        assertThat(found.get("items").size()).isEqualTo(6);
    }

    @Test
    void aUserOfAnotherTenantIsUnknown() {
        var owner = STACK.newUser(tenant, "owner");
        var stranger = STACK.newUser(UUID.randomUUID(), "viewer");

        isError(patch(owner, stranger.id(), Map.of("role", "admin")), 404, "NOT_FOUND");
        isError(patch(owner, UUID.randomUUID(), Map.of("role", "admin")), 404, "NOT_FOUND");
        assertThat(logIn(stranger.username(), stranger.password()).statusCode()).isEqualTo(200);
    }

    @Test
    void aChangeOfRoleEndsTheSessionsAndKeepsTheRest() {
        var owner = STACK.newUser(tenant, "owner");
        var user = STACK.newUser(tenant, "red_tech");
        var session = json(logIn(user.username(), user.password()));

        var answer = patch(owner, user.id(), Map.of("role", "blue_lead"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).get("role").asString()).isEqualTo("blue_lead");
        assertThat(json(answer).get("email").asString()).isEqualTo(emailOf(user));
        assertThat(json(answer).get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(sessionLives(session.get("refresh_token").asString())).isFalse();
        isError(
                send(request("/api/v1/auth/me")
                        .header(
                                "Authorization",
                                "Bearer " + session.get("access_token").asString())),
                401,
                "UNAUTHORIZED");
        var me = json(get(user, "/api/v1/auth/me"));
        assertThat(me.get("role").asString()).isEqualTo("blue_lead");
        assertThat(json(get(owner, "/api/v1/users?search=" + user.username()))
                        .get("items")
                        .get(0)
                        .get("role")
                        .asString())
                .isEqualTo("blue_lead");
    }

    @Test
    void aDisabledUserIsOutUntilEnabledAgain() {
        var owner = STACK.newUser(tenant, "owner");
        var user = STACK.newUser(tenant, "viewer");
        var session = json(logIn(user.username(), user.password()));

        var answer = patch(owner, user.id(), Map.of("is_active", false));

        assertThat(json(answer).get("is_active").asBoolean()).isFalse();
        assertThat(sessionLives(session.get("refresh_token").asString())).isFalse();
        isError(logIn(user.username(), user.password()), 401, "UNAUTHORIZED");
        patch(owner, user.id(), Map.of("is_active", true));
        assertThat(logIn(user.username(), user.password()).statusCode()).isEqualTo(200);
    }

    @Test
    void aNewPasswordAndAddressReplaceTheOldOnes() {
        var owner = STACK.newUser(tenant, "owner");
        var user = STACK.newUser(tenant, "viewer");
        var email = unique("new") + "@example.org";

        isInvalid(patch(owner, user.id(), Map.of("password", "short", "email", email)), "password");
        assertThat(json(get(owner, "/api/v1/users?search=" + user.username()))
                        .get("items")
                        .get(0)
                        .get("email")
                        .asString())
                .as("nothing half done")
                .isEqualTo(emailOf(user));
        var answer = patch(owner, user.id(), Map.of("password", PASSWORD, "email", email));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        isError(logIn(user.username(), user.password()), 401, "UNAUTHORIZED");
        assertThat(logIn(email, PASSWORD).statusCode()).isEqualTo(200);
        isInvalid(patch(owner, user.id(), Map.of()), "body");
        isInvalid(patch(owner, user.id(), Map.of("active", false)), "active");
    }

    @Test
    void theLastActiveOwnerStays() {
        var owner = STACK.newUser(tenant, "owner");

        isError(patch(owner, owner.id(), Map.of("role", "admin")), 400, "BUSINESS_RULE");
        isError(patch(owner, owner.id(), Map.of("is_active", false)), 400, "BUSINESS_RULE");
        var second = STACK.newUser(tenant, "owner");
        patch(owner, second.id(), Map.of("is_active", false));
        isError(patch(owner, owner.id(), Map.of("role", "admin")), 400, "BUSINESS_RULE");
    }

    @Test
    void ofTwoOwnersWhoDemoteEachOtherOneStays() {
        var first = STACK.newUser(tenant, "owner");
        var second = STACK.newUser(tenant, "owner");
        var tokens = List.of(STACK.accessToken(first), STACK.accessToken(second));
        var targets = List.of(second, first);

        var answers = atOnce(IntStream.range(0, 2)
                .<java.util.concurrent.Callable<HttpResponse<String>>>mapToObj(i -> () -> write(
                        tokens.get(i),
                        "PATCH",
                        "/api/v1/users/" + targets.get(i).id(),
                        Map.of("role", "viewer")))
                .toList());

        assertThat(answers.stream().map(HttpResponse::statusCode)).containsExactlyInAnyOrder(200, 400);
    }

    @Test
    void everyDeedIsOnRecordRefusedOnesToo() {
        var owner = STACK.newUser(tenant, "owner");
        var viewer = STACK.newUser(tenant, "viewer");

        post(owner, "/api/v1/users", newUser(unique("r"), "viewer"));
        patch(owner, viewer.id(), Map.of("role", "red_tech"));
        patch(owner, viewer.id(), Map.of("password", PASSWORD));
        patch(owner, viewer.id(), Map.of("is_active", false));
        patch(owner, owner.id(), Map.of("role", "viewer"));
        post(owner, "/api/v1/users", newUser(owner.username(), "viewer"));

        var deeds = deeds(
                6,
                deed -> deed.get("tenant_id").asString().equals(tenant.toString())
                        && !deed.get("action").asString().equals("login"));
        assertThat(deeds.stream()
                        .map(deed -> deed.get("action").asString() + " "
                                + deed.get("outcome").asString() + " "
                                + deed.path("reason").asString("")))
                .containsExactlyInAnyOrder(
                        "user_created success ",
                        "role_changed success ",
                        "user_updated success ",
                        "user_disabled success ",
                        "role_changed refused LAST_OWNER",
                        "user_created refused TAKEN");
        assertThat(deeds.toString()).doesNotContain(PASSWORD);
    }

    private static boolean sessionLives(String refreshToken) {
        return AtKeycloak.live(STACK, refreshToken);
    }
}
