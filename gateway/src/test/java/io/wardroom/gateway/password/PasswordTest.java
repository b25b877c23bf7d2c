package io.wardroom.gateway.password;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.tenant.TenantScope;
import io.wardroom.gateway.OnPeople;
import io.wardroom.gateway.person.AtKeycloak;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

class PasswordTest extends OnPeople {
    private static final String FORGOT = "/api/v1/auth/forgot-password";
    private static final String RESET = "/api/v1/auth/reset-password";
    private static final String PASSWORD = "a long enough one";

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transactions;

    private final UUID tenant = UUID.randomUUID();

    @Test
    void whoForgotThePasswordChoosesANewOneAndOldSessionsEnd() {
        var user = STACK.newUser(tenant, "owner");
        var session = json(logIn(user.username(), user.password()));
        // locked by failures
        for (int i = 0; i < 5; i++) {
            logIn(user.username(), "wrong");
        }
        isError(logIn(user.username(), user.password()), 401, "UNAUTHORIZED");

        assertThat(post(FORGOT, Map.of("email", emailOf(user))).statusCode()).isEqualTo(202);
        var token = mailedToken(emailOf(user), 1);
        var answer = post(RESET, Map.of("token", token, "password", PASSWORD));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(AtKeycloak.live(STACK, session.get("refresh_token").asString()))
                .isFalse();
        assertThat(logIn(user.username(), PASSWORD).statusCode()).isEqualTo(200);
        isError(logIn(user.username(), user.password()), 401, "UNAUTHORIZED");
        isInvalid(post(RESET, Map.of("token", token, "password", PASSWORD + "2")), "token");
        var deeds = deeds(
                2,
                deed -> deed.get("tenant_id").asString().equals(tenant.toString())
                        && deed.get("action").asString().startsWith("password_"));
        assertThat(deeds.stream().map(deed -> deed.get("action").asString()))
                .containsExactlyInAnyOrder("password_reset_requested", "password_reset");
        assertThat(deeds)
                .allSatisfy(deed -> assertThat(deed.get("source_ip").asString()).startsWith("10.7."));
        assertThat(deeds.toString()).doesNotContain(token).doesNotContain(PASSWORD);
    }

    @Test
    void aKnownAndAnUnknownAddressAreAnsweredAlike() {
        var user = STACK.newUser(tenant, "viewer");

        var known = post(FORGOT, Map.of("email", emailOf(user)));
        var unknown = post(FORGOT, Map.of("email", unique("nobody") + "@example.org"));

        assertThat(known.statusCode()).isEqualTo(202);
        assertThat(unknown.statusCode()).isEqualTo(202);
        assertThat(unknown.body()).isEqualTo(known.body());
        assertThat(new HashSet<>(unknown.headers().map().keySet()))
                .isEqualTo(new HashSet<>(known.headers().map().keySet()));
        mailedToken(emailOf(user), 1);
    }

    @Test
    void ofManyAtOnceOneUsesTheToken() {
        var user = STACK.newUser(tenant, "viewer");
        post(FORGOT, Map.of("email", emailOf(user)));
        var token = mailedToken(emailOf(user), 1);

        var answers = atOnce(IntStream.range(0, 4)
                .<Callable<HttpResponse<String>>>mapToObj(
                        i -> () -> post(RESET, Map.of("token", token, "password", PASSWORD + i)))
                .toList());

        assertThat(answers.stream().map(HttpResponse::statusCode)).containsExactlyInAnyOrder(200, 400, 400, 400);
    }

    @Test
    void aWeakPasswordLeavesTheTokenUsable() {
        var user = STACK.newUser(tenant, "viewer");
        post(FORGOT, Map.of("email", emailOf(user)));
        var token = mailedToken(emailOf(user), 1);

        isInvalid(post(RESET, Map.of("token", token, "password", "short")), "password");
        assertThat(post(RESET, Map.of("token", token, "password", PASSWORD)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aLaterRequestVoidsTheEarlierToken() {
        var user = STACK.newUser(tenant, "viewer");
        post(FORGOT, Map.of("email", emailOf(user)));
        var first = mailedToken(emailOf(user), 1);
        post(FORGOT, Map.of("email", emailOf(user)));
        var second = mailedToken(emailOf(user), 2);

        isInvalid(post(RESET, Map.of("token", first, "password", PASSWORD)), "token");
        assertThat(post(RESET, Map.of("token", second, "password", PASSWORD)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aTokenEndsAfterItsTime() {
        var user = STACK.newUser(tenant, "viewer");
        post(FORGOT, Map.of("email", emailOf(user)));
        var token = mailedToken(emailOf(user), 1);
        TenantScope.everyTenant(() -> transactions.executeWithoutResult(_ -> jdbc.sql(
                        "update password_reset set expires_at = now() - interval '1 second' where user_id = :user")
                .param("user", user.id())
                .update()));

        isInvalid(post(RESET, Map.of("token", token, "password", PASSWORD)), "token");
    }

    @Test
    void oneAccountGetsSoManyMailsAndNoMore() {
        var user = STACK.newUser(tenant, "viewer");
        for (int i = 0; i < 6; i++) {
            assertThat(post(FORGOT, Map.of("email", emailOf(user))).statusCode())
                    .isEqualTo(202);
        }

        var deeds = deeds(
                6,
                deed -> deed.get("tenant_id").asString().equals(tenant.toString())
                        && deed.get("action").asString().equals("password_reset_requested"));
        assertThat(deeds.stream()
                        .filter(deed -> deed.path("reason").asString("").equals("TOO_MANY")))
                .hasSize(1);
        assertThat(mailedToken(emailOf(user), 5)).isNotBlank();
    }

    @Test
    void aMailComesOnceTheMailServerIsBack() {
        var user = STACK.newUser(tenant, "viewer");
        STACK.stopMail();
        try {
            assertThat(post(FORGOT, Map.of("email", emailOf(user))).statusCode())
                    .isEqualTo(202);
            deeds(
                    1,
                    deed -> deed.get("tenant_id").asString().equals(tenant.toString())
                            && deed.get("action").asString().equals("password_reset_requested"));
            assertThat(STACK.mails(emailOf(user))).isEmpty();
        } finally {
            STACK.startMail();
        }

        var token = mailedToken(emailOf(user), 1);
        assertThat(post(RESET, Map.of("token", token, "password", PASSWORD)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aMalformedRequestNamesTheFieldAtFault() {
        isInvalid(post(FORGOT, Map.of("email", "nobody")), "email");
        isInvalid(post(FORGOT, Map.of("email", "a@b.org", "name", "x")), "name");
        isInvalid(post(RESET, Map.of("token", "x")), "password");
        isInvalid(post(RESET, Map.of("token", "x", "password", PASSWORD)), "token");
        isInvalid(post(RESET, Map.of("token", "x", "password", PASSWORD, "user", "y")), "user");
    }
}
