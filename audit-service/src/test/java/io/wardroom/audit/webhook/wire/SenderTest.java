package io.wardroom.audit.webhook.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import io.wardroom.common.event.UuidV7;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One try at receivers that behave and that do not.
class SenderTest {
    private static final WebhookSecret SECRET = WebhookSecret.make();
    private static final String BODY = "{\"event\":\"alert.created\",\"title\":\"ä 🚨 \\u0000\"}";
    private static final Duration A_WHILE = Duration.ofSeconds(4);

    private final Receiver receiver = new Receiver();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Sender sender = sender(List.of("127.0.0.0/8"), InetAddress::getAllByName);

    private static Sender sender(List<String> allow, Lookup lookup) {
        var settings = new WireProperties(
                allow, List.of(), Duration.ofSeconds(1), Duration.ofMillis(700), Duration.ofMillis(1500), 50);
        return new Sender(settings, new AddressGuard(settings, lookup), Clock.systemUTC());
    }

    @AfterEach
    void close() throws IOException {
        end.countDown();
        sender.close();
        receiver.close();
    }

    @Test
    void aDeliveryCarriesBothSignatures() throws Exception {
        var answer = send("/good");

        assertThat(answer.taken()).isTrue();
        assertThat(answer.status()).isEqualTo(204);
        var got = receiver.received("/good").getFirst();
        assertThat(got.body()).isEqualTo(BODY);
        new Webhook(SECRET.text()).verify(got.body(), got.headers());
        assertThat(got.header("X-Monsys-Signature")).matches("[0-9a-f]{64}");
        assertThat(got.header("Content-Type")).startsWith("application/json");
        assertThat(got.headers().firstValue("X-Monsys-Signature-Former")).isEmpty();
    }

    @Test
    void whileTwoSecretsHoldBothVerify() throws Exception {
        var former = WebhookSecret.make();

        sender.send(receiver.url("/two"), UuidV7.next(), BODY, List.of(SECRET, former));

        var got = receiver.received("/two").getFirst();
        new Webhook(SECRET.text()).verify(got.body(), got.headers());
        new Webhook(former.text()).verify(got.body(), got.headers());
        assertThat(got.header("X-Monsys-Signature-Former")).matches("[0-9a-f]{64}");
    }

    @Test
    void noRedirectIsFollowed() {
        for (var status : List.of(301, 302, 303, 307, 308)) {
            receiver.at("/from", Receiver.answering(status, "", "Location", "/to"));
            assertThat(send("/from").error()).isEqualTo("redirects are not followed");
        }

        assertThat(receiver.received("/to")).isEmpty();
    }

    @Test
    void whatTheReceiverSaysIsKeptInPart() {
        receiver.at("/broken", Receiver.answering(500, "no\0 " + "🚨".repeat(3_000)));

        var answer = send("/broken");

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.error()).isEqualTo("answered 500");
        assertThat(answer.excerpt()).startsWith("no\uFFFD 🚨");
        assertThat(answer.excerpt().codePointCount(0, answer.excerpt().length()))
                .isEqualTo(1_000);
    }

    @Test
    void aPauseIsReadInSecondsAndAsADate() {
        receiver.at("/busy", Receiver.answering(429, "", "Retry-After", "120"));
        assertThat(send("/busy").retryAfter()).isEqualTo(Duration.ofMinutes(2));
        var later = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(600).atOffset(ZoneOffset.UTC));
        receiver.at("/busy", Receiver.answering(503, "", "Retry-After", later));
        assertThat(send("/busy").retryAfter()).isBetween(Duration.ofSeconds(590), Duration.ofSeconds(600));
        receiver.at("/busy", Receiver.answering(503, "", "Retry-After", "999999999"));
        assertThat(send("/busy").retryAfter()).isEqualTo(Duration.ofDays(1));
        receiver.at("/busy", Receiver.answering(503, "", "Retry-After", "soon"));
        assertThat(send("/busy").retryAfter()).isNull();
    }

    @Test
    void goneIsGone() {
        receiver.at("/gone", Receiver.answering(410, ""));

        assertThat(send("/gone").gone()).isTrue();
    }

    @Test
    void whoHangsIsLeft() {
        receiver.at("/hang", _ -> await());

        var answer = send("/hang");

        assertThat(answer.error()).isEqualTo("did not answer in time");
        assertThat(answer.took()).isLessThan(A_WHILE);
    }

    @Test
    void whoDripsIsLeft() throws Exception {
        try (var server = raw(socket -> {
            for (var letter : "HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(letter);
                end.await(200, TimeUnit.MILLISECONDS);
            }
        })) {
            var answer = send(server);

            assertThat(answer.error()).isEqualTo("took longer than allowed");
            assertThat(answer.took()).isLessThan(A_WHILE);
        }
    }

    @Test
    void whoNeverEndsIsHeardInPart() throws Exception {
        try (var server = raw(socket -> {
            var out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write("on and on ".repeat(100).getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            var answer = send(server);

            assertThat(answer.taken()).isTrue();
            assertThat(answer.excerpt()).hasSize(1_000);
            assertThat(answer.took()).isLessThan(A_WHILE);
        }
    }

    @Test
    void whoHangsUpHasNotTakenIt() throws Exception {
        try (var server = raw(socket -> socket.setSoLinger(true, 0))) {
            assertThat(send(server).error()).isIn("the connection failed", "closed the connection without an answer");
        }
        try (var server = raw(_ -> {})) {
            assertThat(send(server).taken()).isFalse();
        }
        assertThat(sender.send(URI.create("http://127.0.0.1:1/"), UuidV7.next(), BODY, List.of(SECRET))
                        .error())
                .isEqualTo("the connection failed");
        try (var server = raw(socket -> socket.getOutputStream().write("nonsense\r\n\r\n".getBytes()))) {
            assertThat(send(server).taken()).isFalse();
        }
    }

    @Test
    void aNameThatLeadsInsideWhenItMattersIsNotFollowed() throws Exception {
        var asked = new AtomicInteger();
        Lookup rebinding = _ -> new InetAddress[] {
            asked.getAndIncrement() == 0 ? InetAddress.getByName("93.184.216.34") : InetAddress.getByName("127.0.0.1")
        };
        var settings = new WireProperties(
                List.of(), List.of(), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 50);
        var guard = new AddressGuard(settings, rebinding);
        var guarded = new Sender(settings, guard, Clock.systemUTC());

        assertThat(guard.refuses("rebind.example")).as("as it was made").isFalse();
        var answer = guarded.send(
                URI.create("http://rebind.example:%d/".formatted(receiver.port())),
                UuidV7.next(),
                BODY,
                List.of(SECRET));

        assertThat(answer.error()).isEqualTo("the address is not public");
        assertThat(receiver.count()).isZero();
        guarded.close();
    }

    @Test
    void aNameThatNobodyKnowsIsToldSo() throws Exception {
        var nowhere = sender(List.of(), host -> {
            throw new UnknownHostException(host);
        });

        assertThat(nowhere.send(URI.create("https://nowhere.example/"), UuidV7.next(), BODY, List.of(SECRET))
                        .error())
                .isEqualTo("the name is unknown");
        nowhere.close();
    }

    private Answer send(String path) {
        return sender.send(receiver.url(path), UuidV7.next(), BODY, List.of(SECRET));
    }

    private Answer send(ServerSocket server) {
        return sender.send(
                URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"), UuidV7.next(), BODY, List.of(SECRET));
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @FunctionalInterface
    private interface Rude {
        void answer(Socket socket) throws Exception;
    }

    /// A server that reads the head of one request, then does as it likes and hangs up.
    private static ServerSocket raw(Rude rude) throws IOException {
        var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try (var socket = server.accept()) {
                socket.getInputStream().read(new byte[4096]);
                rude.answer(socket);
            } catch (Exception closed) {
                // what it was made for
            }
        });
        return server;
    }
}
