package io.wardroom.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.wardroom.gateway.MoodyServer.Mood;
import io.wardroom.gateway.OnRealServers;
import java.net.HttpCookie;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What is said in confidence is not written down, however much the gateway logs.
class SecretsInLogsTest extends OnRealServers {
    private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = logging.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger ours = logging.getLogger("io.wardroom");
    private final Written written = new Written();

    @BeforeEach
    void listen() {
        written.start();
        root.addAppender(written);
        ours.setLevel(Level.DEBUG);
    }

    @AfterEach
    void stopListening() {
        ours.setLevel(null);
        root.detachAppender(written);
        written.stop();
    }

    @Test
    void noTokenPasswordOrCookieIsLogged() {
        var secrets = new ArrayList<String>();
        var user = STACK.newUser(UUID.randomUUID(), "owner");
        var wrong = "wrong-" + UUID.randomUUID();
        secrets.add(user.password());
        secrets.add(wrong);

        send(login(user.username(), wrong));
        var login = send(login(user.username(), user.password()));
        assertThat(login.statusCode()).isEqualTo(200);
        var token = json(login).get("access_token").asString();
        secrets.add(token);
        secrets.add(json(login).get("refresh_token").asString());
        login.headers()
                .allValues("Set-Cookie")
                .forEach(cookie ->
                        secrets.add(HttpCookie.parse(cookie).getFirst().getValue()));
        var cookies = String.join(
                "; ",
                login.headers().allValues("Set-Cookie").stream()
                        .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
                        .toList());

        // a bearer that is not good, one that is broken, an agent's that nobody knows
        for (var bearer : List.of(token + "x", "secret-" + UUID.randomUUID(), "ms_" + UUID.randomUUID())) {
            secrets.add(bearer);
            send(request("/api/v1/alerts").header("Authorization", "Bearer " + bearer));
            send(request("/api/v1/ingest")
                    .header("Authorization", "Bearer " + bearer)
                    .POST(BodyPublishers.ofString("[]")));
        }
        // a service that breaks off, one that is away, one that fails while a body is sent
        MOODY.next(Mood.CLOSE_UNANSWERED, Mood.CLOSE_WITHIN_HEAD, Mood.CLOSE_WITHIN_HEAD);
        send(bearing(token, "/api/v1/techniques"));
        send(bearing(token, "/api/v1/cloud/accounts"));
        send(bearing(token, "/api/v1/techniques")
                .header("Cookie", cookies)
                .POST(BodyPublishers.ofString("{\"password\":\"" + wrong + "\"}")));
        send(request("/api/v1/auth/refresh")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"refresh_token\":\"%s\"}".formatted(wrong))));
        send(request("/api/v1/auth/login")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"username\":\"a\",\"password\":\"%s\",\"otp\":1}".formatted(wrong))));

        assertThat(written.lines).isNotEmpty();
        for (var secret : secrets) {
            // the signature alone would do, to whoever has the rest
            var telling = secret.length() > 80 ? secret.substring(secret.length() - 60) : secret;
            assertThat(written.lines).noneMatch(line -> line.contains(telling));
        }
    }

    private java.net.http.HttpRequest.Builder bearing(String token, String path) {
        return request(path).header("Authorization", "Bearer " + token);
    }

    private java.net.http.HttpRequest.Builder login(String username, String password) {
        return request("/api/v1/auth/login")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(username, password)));
    }

    private static final class Written extends AppenderBase<ILoggingEvent> {
        final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            var cause = event.getThrowableProxy();
            lines.add(event.getFormattedMessage()
                    + event.getKeyValuePairs()
                    + event.getMDCPropertyMap()
                    + (cause == null ? "" : ThrowableProxyUtil.asString(cause)));
        }
    }
}
