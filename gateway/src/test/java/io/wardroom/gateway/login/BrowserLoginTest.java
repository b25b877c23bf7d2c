package io.wardroom.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTParser;
import io.wardroom.gateway.Browser;
import io.wardroom.gateway.OnPeople;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.keycloak.LoginPage;
import io.wardroom.gateway.totp.Authenticator;
import io.wardroom.local.Stack.User;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class BrowserLoginTest extends OnPeople {
    private static final UUID TENANT = UUID.randomUUID();
    private static final String LOGIN = "/api/v1/auth/browser/login";
    private static final String CALLBACK = "/api/v1/auth/browser/callback";
    private static final String ME = "/api/v1/auth/me";

    @Autowired
    private LoginPage page;

    @Autowired
    private Grants grants;

    @Autowired
    private IdTokens idTokens;

    @Test
    void fromTheButtonToASessionAndOutAgain() {
        var user = STACK.newUser(TENANT, "red_lead");
        var browser = browser();

        var begun = browser.get(LOGIN + "?next=/docs%3Fa=b");
        assertThat(begun.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(begun.headers().allValues("Set-Cookie")).singleElement().satisfies(cookie -> assertThat(cookie)
                .startsWith(WebBrowser.PENDING + "=")
                .contains("Path=/", "Max-Age=300", "Secure", "SameSite=Lax")
                .containsIgnoringCase("HttpOnly"));
        var asked = query(browser.next(begun));
        assertThat(browser.next(begun).toString()).startsWith(STACK.issuer() + "/protocol/openid-connect/auth?");
        assertThat(asked)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", "gateway-web")
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("redirect_uri", publicUrl() + CALLBACK);
        assertThat(asked.get("state")).matches("[\\w-]{43}");
        assertThat(asked.get("nonce")).matches("[\\w-]{43}").isNotEqualTo(asked.get("state"));
        assertThat(asked.get("code_challenge")).matches("[\\w-]{43}");

        var back = browser.next(shown(browser, begun, user));
        var pending = browser.cookie(WebBrowser.PENDING);
        var arrived = browser.get(back);
        assertThat(arrived.headers().firstValue("Location")).contains("/docs?a=b");
        assertThat(arrived.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(browser.cookie(WebBrowser.PENDING)).isEmpty();
        assertThat(json(browser.get(ME)).get("username").asString()).isEqualTo(user.username());
        var deed = deeds(1, by(browser)).getFirst();
        assertThat(deed.get("action").asString()).isEqualTo("login");
        assertThat(deed.get("username").asString()).isEqualTo(user.username());

        // the same way once more, with everything the browser had then
        var session = browser.cookie(Browser.SESSION);
        browser.put(WebBrowser.PENDING, pending);
        leadsNowhere(browser, browser.get(back), "again");
        browser.put(Browser.SESSION, session);

        // Keycloak knows the browser still, and does not ask
        var silent = browser.get(browser.next(browser.get(LOGIN)));
        browser.get(browser.next(silent));
        assertThat(browser.cookie(Browser.SESSION)).isNotEmpty().isNotEqualTo(session);
        assertThat(browser.get(ME).statusCode()).isEqualTo(200);
        var earlier = browser();
        earlier.put(Browser.SESSION, session);
        isError(earlier.get(ME), 401, "UNAUTHORIZED");

        var csrf = browser.cookie(Browser.CSRF);
        browser.put(Browser.CSRF, "");
        isError(browser.logOut(), 403, "FORBIDDEN");
        browser.put(Browser.CSRF, csrf);
        assertThat(browser.logOut().statusCode()).isEqualTo(204);

        // and does not know it any more
        var asksAgain = browser.get(LOGIN + "?next=//evil.example");
        assertThat(browser.get(browser.next(asksAgain)).statusCode()).isEqualTo(200);
        var home = browser.get(browser.next(shown(browser, asksAgain, user)));
        assertThat(home.headers().firstValue("Location")).contains("/login");
        assertThat(browser.get(ME).statusCode()).isEqualTo(200);
    }

    @Test
    void theSecondFactorIsAskedForHere() throws Exception {
        var user = STACK.newUser(TENANT, "admin");
        var app = withSecondFactor(user);
        var browser = browser();

        var arrived = loggedIn(browser, user, "/docs");
        assertThat(browser.cookie(Browser.SESSION)).isEmpty();
        var place = URI.create(arrived.headers().firstValue("Location").orElseThrow());
        assertThat(place.getPath()).isEqualTo("/login");
        var told = query(URI.create("/?" + place.getRawFragment()));
        assertThat(told).containsEntry("next", "/docs").containsOnlyKeys("challenge", "next");
        // the password alone left nothing open at Keycloak either
        assertThat(browser.get(browser.next(browser.get(LOGIN))).statusCode()).isEqualTo(200);

        var challenge = told.get("challenge");
        isError(
                post("/api/v1/auth/totp/challenge", Map.of("challenge_token", challenge, "code", app.wrongCode())),
                401,
                "UNAUTHORIZED");
        var answer = post("/api/v1/auth/totp/challenge", Map.of("challenge_token", challenge, "code", app.code()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(JWTParser.parse(json(answer).get("access_token").asString())
                        .getJWTClaimsSet()
                        .getBooleanClaim("mfa"))
                .isTrue();
    }

    @Test
    void whatDoesNotBelongTogetherOpensNothing() {
        var user = STACK.newUser(TENANT, "viewer");
        var browser = browser();
        var begun = browser.get(LOGIN);
        var pending = browser.cookie(WebBrowser.PENDING);
        var back = browser.next(shown(browser, begun, user));

        // somebody else's browser: nothing begun, or another login
        var stranger = browser();
        leadsNowhere(stranger, stranger.get(back), "again");
        stranger.get(LOGIN);
        leadsNowhere(stranger, stranger.get(back), "again");
        // a cookie that is not ours
        stranger.put(WebBrowser.PENDING, pending.substring(0, pending.length() - 2) + "AA");
        leadsNowhere(stranger, stranger.get(back), "again");
        // the code of another login, with a state of its own
        var state = query(stranger.next(stranger.get(LOGIN))).getOrDefault("state", "");
        leadsNowhere(
                stranger,
                stranger.get(
                        CALLBACK + "?state=" + state + "&code=" + query(back).get("code")),
                "again");
        // a state that was changed, and none
        var changed = with(browser, pending);
        leadsNowhere(
                changed, changed.get(CALLBACK + "?state=x&code=" + query(back).get("code")), "again");
        var none = with(browser, pending);
        leadsNowhere(none, none.get(CALLBACK), "again");

        assertThat(deeds(4, by(stranger)).stream()
                        .map(deed -> deed.path("reason").asString("")))
                .containsExactly("NOT_BEGUN", "WRONG_STATE", "NOT_BEGUN", "BAD_CODE");
    }

    @Test
    void aRefusalAtKeycloaksPageIsToldWithoutItsWords() {
        var browser = browser();
        var state = query(browser.next(browser.get(LOGIN))).get("state");
        var denied = browser.get(
                CALLBACK + "?error=access_denied&error_description=%3Cscript%3E&state=" + state + "&code=x");
        leadsNowhere(browser, denied, "denied");

        var other = browser();
        var failed = other.get(CALLBACK + "?error=temporarily_unavailable&state="
                + query(other.next(other.get(LOGIN))).get("state"));
        leadsNowhere(other, failed, "again");
    }

    @Test
    void someoneWithoutARoleIsTurnedAway() {
        var browser = browser();

        var arrived = loggedIn(browser, STACK.newUser(TENANT), "/");

        leadsNowhere(browser, arrived, "no-role");
        // nor does Keycloak let the browser in again without a password
        assertThat(browser.get(browser.next(browser.get(LOGIN))).statusCode()).isEqualTo(200);
    }

    @Test
    void aDisabledAccountIsOutAtOnceAndStaysOut() {
        var owner = STACK.newUser(TENANT, "owner");
        var user = STACK.newUser(TENANT, "viewer");
        var browser = browser();
        loggedIn(browser, user, "/");
        assertThat(browser.get(ME).statusCode()).isEqualTo(200);

        assertThat(patch(owner, user.id(), Map.of("is_active", false)).statusCode())
                .isEqualTo(200);

        isError(browser.get(ME), 401, "UNAUTHORIZED");
        assertThat(shown(browser, browser.get(LOGIN), user).statusCode()).isNotEqualTo(302);
    }

    @Test
    void keycloakWantsTheChallengeAndTheVerifierAndTheExactCallback() {
        var user = STACK.newUser(TENANT, "viewer");
        var verifier = "v".repeat(43);
        var challenge = new PendingLogin("", "", verifier, "/", Instant.EPOCH).challenge();
        var callback = URI.create(publicUrl() + CALLBACK);
        var address = page.address("s", "n", challenge, callback);

        var without = address.toString().replaceAll("&code_challenge[^&]*", "");
        assertThat(query(browser().next(browser().get(URI.create(without)))))
                .containsEntry("error", "invalid_request")
                .doesNotContainKey("code");
        var plain = address.toString().replace("S256", "plain");
        assertThat(query(browser().next(browser().get(URI.create(plain))))).containsEntry("error", "invalid_request");
        var elsewhere = page.address("s", "n", challenge, URI.create(callback + "/x"));
        assertThat(browser().get(elsewhere).statusCode()).isEqualTo(400);

        UnaryOperator<String> codeFor = nonce -> {
            var browser = browser();
            var at = browser.get(page.address("s", nonce, challenge, callback));
            return query(browser.next(browser.submit(at, credentials(user)))).getOrDefault("code", "");
        };
        var code = codeFor.apply("n-1");
        assertThat(grants.byAuthorizationCode(code, "w".repeat(43), callback).blockOptional())
                .isEmpty();
        var second = codeFor.apply("n-2");
        var signedIn = grants.byAuthorizationCode(second, verifier, callback)
                .blockOptional()
                .orElseThrow();
        assertThat(idTokens.isOf("n-2", signedIn.idToken()).block()).isTrue();
        assertThat(idTokens.isOf("n-1", signedIn.idToken()).block()).isFalse();
        assertThat(idTokens.isOf("n-2", signedIn.accessToken()).block()).isFalse();

        var newer =
                grants.byRefreshToken(signedIn.refreshToken()).blockOptional().orElseThrow();
        grants.end(newer).block();
        assertThat(grants.byRefreshToken(newer.refreshToken()).blockOptional()).isEmpty();
        // a code is good once, and whoever shows it again ends what came of it
        var third = codeFor.apply("n-3");
        var first = grants.byAuthorizationCode(third, verifier, callback)
                .blockOptional()
                .orElseThrow();
        assertThat(grants.byAuthorizationCode(third, verifier, callback).blockOptional())
                .isEmpty();
        assertThat(grants.byRefreshToken(first.refreshToken()).blockOptional()).isEmpty();
    }

    private WebBrowser browser() {
        return new WebBrowser(http, uri("/"), freshAddress());
    }

    private WebBrowser with(WebBrowser other, String pending) {
        var browser = new WebBrowser(http, uri("/"), other.address());
        browser.put(WebBrowser.PENDING, pending);
        return browser;
    }

    /// The whole way.
    private static HttpResponse<String> loggedIn(WebBrowser browser, User user, String next) {
        return browser.get(browser.next(shown(browser, browser.get(LOGIN + "?next=" + next), user)));
    }

    /// Keycloak's answer to the name and the password.
    private static HttpResponse<String> shown(WebBrowser browser, HttpResponse<String> begun, User user) {
        return browser.submit(browser.get(browser.next(begun)), credentials(user));
    }

    private static Map<String, String> credentials(User user) {
        return Map.of("username", user.username(), "password", user.password(), "credentialId", "");
    }

    private static void leadsNowhere(WebBrowser browser, HttpResponse<String> answer, String told) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location")).contains("/login#failed=" + told);
        assertThat(answer.body()).isEmpty();
        assertThat(String.join(" ", answer.headers().allValues("Set-Cookie"))).doesNotContain(Browser.SESSION);
        assertThat(browser.cookie(WebBrowser.PENDING)).isEmpty();
    }

    private Authenticator withSecondFactor(User user) {
        var token = STACK.accessToken(user);
        var app = new Authenticator(json(write(token, "POST", "/api/v1/auth/totp/setup", Map.of()))
                .get("secret")
                .asString());
        var verified = write(token, "POST", "/api/v1/auth/totp/verify", Map.of("code", app.code()));
        assertThat(verified.statusCode()).as(verified.body()).isEqualTo(200);
        return app;
    }

    private static java.util.function.Predicate<tools.jackson.databind.JsonNode> by(WebBrowser browser) {
        return deed -> deed.path("source_ip").asString("").equals(browser.address());
    }

    private static String publicUrl() {
        return STACK.environmentOf("gateway").getOrDefault("WARDROOM_PUBLIC_URL", "");
    }

    private static Map<String, String> query(URI uri) {
        return Arrays.stream(uri.getRawQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }
}
