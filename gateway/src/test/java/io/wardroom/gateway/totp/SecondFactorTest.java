package io.wardroom.gateway.totp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.totp.StepUp.Proof;
import io.wardroom.local.Stack.User;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

class SecondFactorTest extends OnRealServers {
    private static final UUID TENANT = UUID.randomUUID();
    private static final Caller CALLER = new Caller("10.9.9.9", "test/1", "request-1");
    private static final Duration SOON = Duration.ofSeconds(20);

    @Autowired
    private StepUp stepUp;

    @Autowired
    private ReactiveStringRedisTemplate redis;

    /// Someone whose second factor is on.
    private record Guarded(User user, String token, Authenticator app, List<String> recoveryCodes, String verifiedBy) {}

    @Test
    void fromTheSecretToALoginWithTheSecondFactor() throws Exception {
        var user = STACK.newUser(TENANT, "viewer");
        var token = STACK.accessToken(user);
        assertThat(me(token).get("totp_enabled").asBoolean()).isFalse();

        var setUp = send(post("setup", token, ""));
        assertThat(setUp.statusCode()).as(setUp.body()).isEqualTo(200);
        assertThat(setUp.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(json(setUp).propertyNames()).containsExactlyInAnyOrder("secret", "otpauth_url", "qr_png_base64");
        var secret = json(setUp).get("secret").asString();
        assertThat(json(setUp).get("otpauth_url").asString())
                .startsWith("otpauth://totp/Wardroom:" + user.username() + "?secret=" + secret);

        // not on before a first code was right
        assertThat(logIn(user).has("access_token")).isTrue();
        var app = new Authenticator(secret);
        isError(send(post("verify", token, code(app.wrongCode()))), 401, "UNAUTHORIZED");
        assertThat(me(token).get("totp_enabled").asBoolean()).isFalse();

        var verified = send(post("verify", token, code(app.code())));
        assertThat(verified.statusCode()).as(verified.body()).isEqualTo(200);
        assertThat(json(verified).propertyNames()).containsExactly("recovery_codes");
        assertThat(texts(json(verified).get("recovery_codes"))).hasSize(10).doesNotHaveDuplicates();
        assertThat(me(token).get("totp_enabled").asBoolean()).isTrue();

        var asked = logIn(user);
        assertThat(asked.propertyNames()).containsExactlyInAnyOrder("totp_required", "challenge_token", "expires_in");
        assertThat(asked.get("totp_required").asBoolean()).isTrue();
        assertThat(asked.get("expires_in").asInt()).isEqualTo(300);
        assertThat(asked.get("challenge_token").asString()).matches("[A-Za-z0-9_-]{43}");

        var answer = send(answer(asked, app.code()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("RateLimit-Limit")).contains("10");
        assertThat(json(answer).propertyNames())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "refresh_token");
        assertThat(json(answer).get("expires_in").asInt()).isEqualTo(900);
        var claims = claims(json(answer));
        assertThat(claims.getBooleanClaim("mfa")).isTrue();
        assertThat(claims.getSubject()).isEqualTo(user.id().toString());
        assertThat(me(json(answer).get("access_token").asString())
                        .get("totp_enabled")
                        .asBoolean())
                .isTrue();
        // the challenge is over
        isError(send(answer(asked, app.code())), 401, "UNAUTHORIZED");
    }

    @Test
    void aCodeIsTakenOnce() {
        var guarded = guarded();
        var asked = logIn(guarded.user());

        isError(send(answer(asked, guarded.verifiedBy())), 401, "UNAUTHORIZED");
        var code = guarded.app().code();
        assertThat(send(answer(asked, code)).statusCode()).isEqualTo(200);

        isError(send(answer(logIn(guarded.user()), code)), 401, "UNAUTHORIZED");
    }

    @Test
    void everyRefusedAnswerReadsTheSame() {
        var guarded = guarded();

        var wrong = send(answer(logIn(guarded.user()), guarded.app().wrongCode()));
        var recovery = send(answer(logIn(guarded.user()), "AAAA-BBBB-CCCC-DDDD"));
        var unknown = send(answer("A".repeat(43), "123456"));

        isError(wrong, 401, "UNAUTHORIZED");
        assertThat(recovery.statusCode()).isEqualTo(401);
        assertThat(recovery.body()).isEqualTo(wrong.body());
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(unknown.body()).isEqualTo(wrong.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "challenge | {}                                                      | challenge_token",
                "challenge | {\"challenge_token\":\"a\"}                             | code",
                "challenge | {\"challenge_token\":\"a\",\"code\":\"12345\"}          | code",
                "challenge | {\"challenge_token\":\"a\",\"code\":\"123456\",\"x\":1} | x",
                "verify    | {}                                                      | code",
                "verify    | {\"code\":\"AAAA-BBBB-CCCC-DDDD\"}                      | code",
                "verify    | {\"code\":\"123456\",\"kode\":\"\"}                     | kode",
                "disable   | {\"code\":\"123456\"}                                   | password",
                "disable   | {\"password\":\"a\",\"code\":\"\"}                      | code",
                "disable   | {\"password\":\"a\",\"code\":\"123456\",\"all\":true}   | all",
                "disable   | nonsense                                                | body"
            })
    void aMalformedBodyNamesTheFieldAtFault(String route, String body, String field) {
        var answer = send(post(route, STACK.accessToken(STACK.newUser(TENANT, "viewer")), body));

        isError(answer, 400, "VALIDATION_ERROR");
        assertThat(json(answer).get("errors").findValuesAsString("field")).contains(field);
    }

    @Test
    void setUpAsksForASession() {
        for (var route : List.of("setup", "verify", "disable")) {
            isError(
                    send(request("/api/v1/auth/totp/" + route)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{}"))),
                    401,
                    "UNAUTHORIZED");
        }
    }

    @Test
    void aSecondSetUpAndALateVerificationAreConflicts() {
        var guarded = guarded();

        isError(send(post("setup", guarded.token(), "")), 409, "CONFLICT");
        isError(send(post("verify", guarded.token(), code(guarded.app().code()))), 409, "CONFLICT");
        var other = STACK.accessToken(STACK.newUser(TENANT, "viewer"));
        isError(send(post("verify", other, code("123456"))), 409, "CONFLICT");
        isError(send(post("disable", other, "{\"password\":\"a\",\"code\":\"123456\"}")), 409, "CONFLICT");
    }

    @Test
    void aSecretIsSealedWhileItWaits() {
        var user = STACK.newUser(TENANT, "viewer");

        var secret = json(send(post("setup", STACK.accessToken(user), "")))
                .get("secret")
                .asString();

        var kept = redis.opsForValue().get("totp:setup:" + user.id()).block(SOON);
        assertThat(kept).isNotBlank().doesNotContain(secret);
    }

    /// A right password makes Keycloak forget the wrong codes before it; the gateway does not.
    @Test
    void whoKnowsThePasswordCannotGuessCodesForever() {
        var guarded = guarded();
        var statuses = new ArrayList<Integer>();

        for (var round = 0; round < 6; round++) {
            var asked = logIn(guarded.user());
            statuses.add(send(answer(asked, guarded.app().wrongCode())).statusCode());
            statuses.add(send(answer(asked, guarded.app().wrongCode())).statusCode());
        }

        assertThat(statuses.subList(0, 10)).containsOnly(401);
        assertThat(statuses.subList(10, 12)).containsOnly(429);
        var right = send(answer(logIn(guarded.user()), guarded.app().code()));
        isError(right, 429, "RATE_LIMITED");
        assertThat(Integer.parseInt(right.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(600, 900);
        isError(send(answer(logIn(guarded.user()), guarded.recoveryCodes().getFirst())), 429, "RATE_LIMITED");
        isError(
                send(post(
                        "disable",
                        guarded.token(),
                        disable(guarded.user().password(), guarded.app().code()))),
                429,
                "RATE_LIMITED");
    }

    @Test
    void rightCodesDoNotCount() {
        var guarded = guarded();

        for (var round = 0; round < 10; round++) {
            var answer =
                    send(answer(logIn(guarded.user()), guarded.recoveryCodes().get(round)));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }

        assertThat(send(answer(logIn(guarded.user()), guarded.app().code())).statusCode())
                .isEqualTo(200);
    }

    @Test
    void ofFiftyWrongCodesAtOnceFiveReachKeycloak() throws Exception {
        var guarded = guarded();
        var asked = logIn(guarded.user());

        var answers = atOnce(50, _ -> answer(asked, guarded.app().wrongCode()));

        // Keycloak may be too busy to answer all in time
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(401, 503));
        assertThat(codesSeenByKeycloak(guarded.user())).isBetween(1L, 5L);
        // and the challenge is over
        isError(send(answer(asked, guarded.app().code())), 401, "UNAUTHORIZED");
    }

    @Test
    void ofFiftyWrongCodesForManyChallengesTenReachKeycloak() throws Exception {
        var guarded = guarded();
        var asked = IntStream.range(0, 13).mapToObj(_ -> logIn(guarded.user())).toList();

        var answers = atOnce(
                50, number -> answer(asked.get(number % 13), guarded.app().wrongCode()));

        assertThat(answers.stream().filter(answer -> answer.statusCode() == 401))
                .hasSizeBetween(1, 10);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(401, 429, 503));
        assertThat(codesSeenByKeycloak(guarded.user())).isBetween(1L, 10L);
    }

    @Test
    void aRecoveryCodeIsGoodOnce() throws Exception {
        var guarded = guarded();
        var recovery = guarded.recoveryCodes().get(3);
        var asked = IntStream.range(0, 10).mapToObj(_ -> logIn(guarded.user())).toList();

        var answers = atOnce(10, number -> answer(asked.get(number), recovery));

        var right =
                answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertThat(right).hasSize(1);
        // ten sessions of one person at once may be more than a busy Keycloak grants in time
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 401, 503));
        var claims = claims(json(right.getFirst()));
        assertThat(claims.getBooleanClaim("mfa")).isTrue();
        assertThat(claims.getSubject()).isEqualTo(guarded.user().id().toString());
        isError(send(answer(logIn(guarded.user()), recovery)), 401, "UNAUTHORIZED");
    }

    @Test
    void recoveryCodesAreKeptAsHashesOfTheirTenant() {
        var guarded = guarded();
        var jdbc = JdbcClient.create(context.getBean(javax.sql.DataSource.class));

        // outside a tenant's scope nothing is visible
        assertThat(jdbc.sql("select count(*) from recovery_code")
                        .query(Integer.class)
                        .single())
                .isZero();
        var workers = context.getBean(io.wardroom.gateway.work.Workers.class);
        var kept = workers.inTransaction(new TenantId(TENANT), () -> jdbc.sql(
                                "select code_sha256 from recovery_code where user_id = :user")
                        .param("user", guarded.user().id())
                        .query(String.class)
                        .list())
                .block(SOON);
        assertThat(kept).hasSize(10).allMatch(hash -> hash.matches("[0-9a-f]{64}"));
    }

    @Test
    void turnedOffItIsNotAskedForAnyMore() {
        var guarded = guarded();
        var password = guarded.user().password();
        // a wrong password leaves it good
        var code = guarded.app().code();

        isError(send(post("disable", guarded.token(), disable("wrong", code))), 401, "UNAUTHORIZED");
        isError(
                send(post(
                        "disable",
                        guarded.token(),
                        disable(password, guarded.app().wrongCode()))),
                401,
                "UNAUTHORIZED");
        assertThat(me(guarded.token()).get("totp_enabled").asBoolean()).isTrue();

        var off = send(post("disable", guarded.token(), disable(password, code)));
        assertThat(off.statusCode()).as(off.body()).isEqualTo(204);
        assertThat(me(guarded.token()).get("totp_enabled").asBoolean()).isFalse();
        assertThat(logIn(guarded.user()).has("access_token")).isTrue();

        // and it can be set up anew, with other recovery codes
        var again = guarded(guarded.user());
        assertThat(again.recoveryCodes()).doesNotContainAnyElementsOf(guarded.recoveryCodes());
        isError(send(answer(logIn(again.user()), guarded.recoveryCodes().getFirst())), 401, "UNAUTHORIZED");
    }

    @Test
    void aRecoveryCodeTurnsItOffToo() {
        var guarded = guarded();

        var off = send(post(
                "disable",
                guarded.token(),
                disable(guarded.user().password(), guarded.recoveryCodes().getLast())));

        assertThat(off.statusCode()).as(off.body()).isEqualTo(204);
        assertThat(logIn(guarded.user()).has("access_token")).isTrue();
    }

    @Test
    void noCodeHelpsALockedAccount() {
        var guarded = guarded();
        var asked = logIn(guarded.user());
        for (var wrong = 0; wrong < 5; wrong++) {
            isError(send(logInWith(guarded.user().username(), "wrong")), 401, "UNAUTHORIZED");
        }

        isError(send(answer(asked, guarded.app().code())), 401, "UNAUTHORIZED");
        isError(send(answer(asked, guarded.recoveryCodes().getFirst())), 401, "UNAUTHORIZED");
    }

    @Test
    void aStepUpIsProvenByAFreshTokenOfASessionThatIsOver() throws Exception {
        var guarded = guarded();
        var actor = actor(guarded.user());

        var code = guarded.app().code();
        var proof = stepUp.prove(actor, code, CALLER).block(SOON);

        assertThat(proof).isInstanceOf(Proof.Proven.class);
        var token = ((Proof.Proven) proof).accessToken();
        var claims = JWTParser.parse(token).getJWTClaimsSet();
        assertThat(claims.getBooleanClaim("mfa")).isTrue();
        assertThat(claims.getSubject()).isEqualTo(guarded.user().id().toString());
        assertThat(claims.getIssueTime().toInstant()).isAfter(Instant.now().minusSeconds(60));
        assertThat(proof.toString()).doesNotContain(token);
        // Keycloak's own view of the session: it is gone
        var info = http.send(
                HttpRequest.newBuilder(java.net.URI.create(STACK.issuer() + "/protocol/openid-connect/userinfo"))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(info.statusCode()).isIn(401, 403);

        assertThat(stepUp.prove(actor, code, CALLER).block(SOON)).isEqualTo(new Proof.Refused());
        assertThat(stepUp.prove(actor, guarded.app().wrongCode(), CALLER).block(SOON))
                .isEqualTo(new Proof.Refused());
        assertThat(stepUp.prove(actor, guarded.recoveryCodes().getFirst(), CALLER)
                        .block(SOON))
                .isEqualTo(new Proof.Refused());
        assertThat(stepUp.prove(actor(STACK.newUser(TENANT, "admin")), "123456", CALLER)
                        .block(SOON))
                .isEqualTo(new Proof.Refused());
    }

    @Test
    void wrongCodesForAStepUpCountWithTheOthers() {
        var guarded = guarded();
        var actor = actor(guarded.user());
        for (var wrong = 0; wrong < 10; wrong++) {
            stepUp.prove(actor, guarded.app().wrongCode(), CALLER).block(SOON);
        }

        assertThat(stepUp.prove(actor, guarded.app().code(), CALLER).block(SOON))
                .isInstanceOf(Proof.TooManyFailures.class);
        // nobody showed the password meanwhile, so Keycloak has locked the account too
        isError(send(logInWith(guarded.user().username(), guarded.user().password())), 401, "UNAUTHORIZED");
    }

    @Test
    void everyStepIsOnRecord() {
        var guarded = guarded();
        var asked = logIn(guarded.user());
        assertThat(List.of(
                        send(answer(asked, guarded.app().wrongCode())).statusCode(),
                        send(answer(asked, guarded.recoveryCodes().getFirst())).statusCode(),
                        send(post(
                                        "disable",
                                        guarded.token(),
                                        disable("wrong", guarded.app().code())))
                                .statusCode(),
                        send(post(
                                        "disable",
                                        guarded.token(),
                                        disable(
                                                guarded.user().password(),
                                                guarded.recoveryCodes().getLast())))
                                .statusCode()))
                .containsExactly(401, 200, 401, 204);

        var deeds = deedsUntil(guarded.user(), "totp_disabled success");
        assertThat(deeds.stream().map(SecondFactorTest::summary))
                .containsExactlyInAnyOrder(
                        "totp_setup success",
                        "totp_enabled success",
                        "totp_challenge refused BAD_CODE",
                        "recovery_code_used success",
                        "recovery_code_used success",
                        "totp_challenge success",
                        "login success",
                        "totp_disabled refused BAD_CREDENTIALS",
                        "totp_disabled success");
        assertThat(deeds).allSatisfy(deed -> {
            assertThat(deed.get("tenant_id").asString()).isEqualTo(TENANT.toString());
            assertThat(deed.get("user_id").asString())
                    .isEqualTo(guarded.user().id().toString());
            assertThat(deed.get("source_ip").asString()).startsWith("10.7.");
        });
        assertThat(deeds.toString())
                .doesNotContain(guarded.user().password())
                .doesNotContain(guarded.recoveryCodes().getFirst());
    }

    private static String summary(JsonNode deed) {
        return "%s %s %s"
                .formatted(
                        deed.get("action").asString(),
                        deed.get("outcome").asString(),
                        deed.path("reason").asString(""))
                .strip();
    }

    private static List<JsonNode> deedsUntil(User user, String last) {
        return deeds(deed -> user.username().equals(deed.path("username").asString("")), found -> found.stream()
                .anyMatch(deed -> summary(deed).equals(last)));
    }

    private Guarded guarded() {
        return guarded(STACK.newUser(TENANT, "admin"));
    }

    private Guarded guarded(User user) {
        var token = STACK.accessToken(user);
        var app = new Authenticator(
                json(send(post("setup", token, ""))).get("secret").asString());
        var code = app.code();
        var verified = send(post("verify", token, code(code)));
        assertThat(verified.statusCode()).as(verified.body()).isEqualTo(200);
        return new Guarded(user, token, app, texts(json(verified).get("recovery_codes")), code);
    }

    private static Actor actor(User user) {
        return new Actor(user.id(), user.username(), new TenantId(TENANT), Role.ADMIN, false);
    }

    /// Keycloak refuses a login that begins before it has finished with the same person's last one.
    private JsonNode logIn(User user) {
        return json(await("a login")
                .atMost(SOON)
                .until(() -> send(logInWith(user.username(), user.password())), answer -> answer.statusCode() == 200));
    }

    private HttpRequest.Builder logInWith(String username, String password) {
        return request("/api/v1/auth/login")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(username, password)));
    }

    private HttpRequest.Builder answer(JsonNode asked, String code) {
        return answer(asked.get("challenge_token").asString(), code);
    }

    private HttpRequest.Builder answer(String challenge, String code) {
        return request("/api/v1/auth/totp/challenge")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"challenge_token\":\"%s\",\"code\":\"%s\"}".formatted(challenge, code)));
    }

    private HttpRequest.Builder post(String route, String token, String body) {
        return request("/api/v1/auth/totp/" + route)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private static String code(String code) {
        return "{\"code\":\"%s\"}".formatted(code);
    }

    private static String disable(String password, String code) {
        return "{\"password\":\"%s\",\"code\":\"%s\"}".formatted(password, code);
    }

    private JsonNode me(String token) {
        var answer = send(request("/api/v1/auth/me").header("Authorization", "Bearer " + token));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static JWTClaimsSet claims(JsonNode answer) throws ParseException {
        return JWTParser.parse(answer.get("access_token").asString()).getJWTClaimsSet();
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    private List<HttpResponse<String>> atOnce(int number, java.util.function.IntFunction<HttpRequest.Builder> request)
            throws Exception {
        var answers = new ArrayList<HttpResponse<String>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = IntStream.range(0, number)
                    .mapToObj(request)
                    .<Callable<HttpResponse<String>>>map(each -> () -> send(each))
                    .toList();
            for (var done : threads.invokeAll(tries)) {
                answers.add(done.get());
            }
        }
        return answers;
    }

    /// How many codes of a person Keycloak has refused, by its log.
    private static long codesSeenByKeycloak(User user) throws IOException {
        try (var lines = Files.lines(STACK.logs().resolve("keycloak.log"))) {
            return lines.filter(line -> line.contains("LOGIN_ERROR")
                            && line.contains("gateway-otp")
                            && line.contains(user.id().toString()))
                    .count();
        }
    }
}
