package io.wardroom.gateway.invitation;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.tenant.TenantScope;
import io.wardroom.gateway.OnPeople;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

class InvitationTest extends OnPeople {
    private static final String PASSWORD = "a long enough one";

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transactions;

    private final UUID tenant = UUID.randomUUID();

    private static Map<String, Object> acceptance(String token, String username) {
        return Map.of("token", token, "username", username, "password", PASSWORD);
    }

    @Test
    void whoIsInvitedFetchesTheMailAndComesIn() {
        var admin = STACK.newUser(tenant, "admin");
        var email = unique("guest") + "@example.org";
        var name = unique("guest");

        var invitation = post(admin, "/api/v1/invitations", Map.of("email", email, "role", "blue_tech"));
        assertThat(invitation.statusCode()).as(invitation.body()).isEqualTo(201);
        assertThat(json(invitation).propertyNames())
                .containsExactlyInAnyOrder("id", "email", "role", "status", "expires_at", "created_at");
        var token = mailedToken(email, 1);
        assertThat(invitation.body()).doesNotContain(token);
        var accepted = post("/api/v1/auth/accept-invite", acceptance(token, name));

        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        assertThat(json(accepted).get("email").asString()).isEqualTo(email);
        assertThat(json(accepted).get("role").asString()).isEqualTo("blue_tech");
        assertThat(json(accepted).get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(logIn(name, PASSWORD).statusCode()).isEqualTo(200);
        var list = json(get(admin, "/api/v1/invitations"));
        assertThat(list.get("total").asInt()).isEqualTo(1);
        assertThat(list.get("items").get(0).get("status").asString()).isEqualTo("accepted");
        isInvalid(post("/api/v1/auth/accept-invite", acceptance(token, unique("again"))), "token");
        var deeds = deeds(
                2,
                deed -> deed.get("tenant_id").asString().equals(tenant.toString())
                        && deed.get("action").asString().startsWith("invitation_"));
        assertThat(deeds.stream().map(deed -> deed.get("action").asString()))
                .containsExactlyInAnyOrder("invitation_created", "invitation_accepted");
        assertThat(deeds.toString()).doesNotContain(token).doesNotContain(PASSWORD);
    }

    @Test
    void ofTwoWhoAcceptAtOnceOneComesIn() {
        var owner = STACK.newUser(tenant, "owner");
        var email = unique("race") + "@example.org";
        post(owner, "/api/v1/invitations", Map.of("email", email, "role", "owner"));
        var token = mailedToken(email, 1);

        var answers = atOnce(IntStream.range(0, 4)
                .<Callable<HttpResponse<String>>>mapToObj(
                        i -> () -> post("/api/v1/auth/accept-invite", acceptance(token, unique("race" + i))))
                .toList());

        assertThat(answers.stream().map(HttpResponse::statusCode)).containsExactlyInAnyOrder(201, 400, 400, 400);
        assertThat(json(get(owner, "/api/v1/users")).get("total").asInt()).isEqualTo(2);
    }

    @Test
    void whatIsRefusedLeavesTheInvitationOpen() {
        var owner = STACK.newUser(tenant, "owner");
        var email = unique("slow") + "@example.org";
        post(owner, "/api/v1/invitations", Map.of("email", email, "role", "viewer"));
        var token = mailedToken(email, 1);

        isInvalid(
                post(
                        "/api/v1/auth/accept-invite",
                        Map.of("token", token, "username", unique("s"), "password", "short")),
                "password");
        isError(post("/api/v1/auth/accept-invite", acceptance(token, owner.username())), 409, "CONFLICT");
        assertThat(json(get(owner, "/api/v1/users")).get("total").asInt()).isEqualTo(1);
        assertThat(post("/api/v1/auth/accept-invite", acceptance(token, unique("s")))
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void aLaterInvitationReplacesTheEarlierOne() {
        var owner = STACK.newUser(tenant, "owner");
        var email = unique("twice") + "@example.org";
        post(owner, "/api/v1/invitations", Map.of("email", email, "role", "viewer"));
        var first = mailedToken(email, 1);
        post(owner, "/api/v1/invitations", Map.of("email", email, "role", "admin"));
        var second = mailedToken(email, 2);

        isInvalid(post("/api/v1/auth/accept-invite", acceptance(first, unique("f"))), "token");
        assertThat(json(get(owner, "/api/v1/invitations")).get("items").findValuesAsString("status"))
                .containsExactly("pending", "replaced");
        var accepted = post("/api/v1/auth/accept-invite", acceptance(second, unique("g")));
        assertThat(json(accepted).get("role").asString()).isEqualTo("admin");
    }

    @Test
    void onlyThoseWhoMayInvite() {
        var admin = STACK.newUser(tenant, "admin");
        var viewer = STACK.newUser(tenant, "viewer");
        var wish = Map.of("email", unique("n") + "@example.org", "role", "owner");

        isError(post(viewer, "/api/v1/invitations", wish), 403, "FORBIDDEN");
        isError(get(viewer, "/api/v1/invitations"), 403, "FORBIDDEN");
        isError(post(admin, "/api/v1/invitations", wish), 403, "FORBIDDEN");
        isError(
                post(admin, "/api/v1/invitations", Map.of("email", emailOf(viewer), "role", "viewer")),
                409,
                "CONFLICT");
        isInvalid(post(admin, "/api/v1/invitations", Map.of("email", "x", "role", "viewer")), "email");
        isInvalid(post(admin, "/api/v1/invitations", Map.of("email", "x@y.org", "role", "king")), "role");
        isInvalid(post(admin, "/api/v1/invitations", Map.of("email", "x@y.org", "role", "viewer", "to", "x")), "to");
        assertThat(json(get(admin, "/api/v1/invitations")).get("total").asInt()).isZero();
    }

    @Test
    void anotherTenantsInvitationsAreNotSeen() {
        var owner = STACK.newUser(tenant, "owner");
        post(owner, "/api/v1/invitations", Map.of("email", unique("i") + "@example.org", "role", "viewer"));
        var stranger = STACK.newUser(UUID.randomUUID(), "owner");

        assertThat(json(get(stranger, "/api/v1/invitations")).get("total").asInt())
                .isZero();
    }

    @Test
    void anInvitationEndsAfterItsTime() {
        var owner = STACK.newUser(tenant, "owner");
        var email = unique("late") + "@example.org";
        post(owner, "/api/v1/invitations", Map.of("email", email, "role", "viewer"));
        var token = mailedToken(email, 1);
        TenantScope.everyTenant(() -> transactions.executeWithoutResult(
                _ -> jdbc.sql("update invitation set expires_at = now() - interval '1 second' where email = :email")
                        .param("email", email)
                        .update()));

        isInvalid(post("/api/v1/auth/accept-invite", acceptance(token, unique("l"))), "token");
        assertThat(json(get(owner, "/api/v1/invitations"))
                        .get("items")
                        .get(0)
                        .get("status")
                        .asString())
                .isEqualTo("expired");
    }

    @Test
    void noTokenLiesReadableInTheDatabase() {
        var owner = STACK.newUser(tenant, "owner");
        var email = unique("sealed") + "@example.org";
        STACK.stopMail();
        try {
            post(owner, "/api/v1/invitations", Map.of("email", email, "role", "viewer"));
            var waiting = jdbc.sql("select payload from outbox_record where record_type like '%Letter%'")
                    .query(String.class)
                    .list();
            assertThat(waiting).isNotEmpty().noneMatch(payload -> payload.contains("accept-invite"));
        } finally {
            STACK.startMail();
        }
        var token = mailedToken(email, 1);
        assertThat(post("/api/v1/auth/accept-invite", acceptance(token, unique("k")))
                        .statusCode())
                .isEqualTo(201);
    }
}
