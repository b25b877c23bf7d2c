package io.wardroom.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.Agents;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.OtherGateway;
import io.wardroom.gateway.TestUpstream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/// A gateway of its own with a certificate, which is stopped in the end.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TlsTest extends OnRealServers {
    @TempDir
    private static Path folder;

    private OtherGateway gateway;
    private SSLContext trust;
    private HttpClient client;
    private Certificate first;

    @BeforeAll
    void aGatewayWithACertificate() throws Exception {
        first = newCertificate();
        trust = trusting(first);
        client = clientWith(trust);
        gateway = OtherGateway.with(Map.of(
                "SERVER_SSL_BUNDLE", "web",
                "SPRING_SSL_BUNDLE_PEM_WEB_KEYSTORE_CERTIFICATE",
                        folder.resolve("tls.crt").toUri().toString(),
                "SPRING_SSL_BUNDLE_PEM_WEB_KEYSTORE_PRIVATEKEY",
                        folder.resolve("tls.key").toUri().toString(),
                "SPRING_SSL_BUNDLE_PEM_WEB_RELOADONUPDATE", "true",
                "SPRING_SSL_BUNDLE_WATCH_FILE_QUIETPERIOD", "200ms"));
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @Test
    @Order(1)
    void aLoginByTlsGetsCookiesThatStayWithIt() throws Exception {
        var user = STACK.newUser(UUID.randomUUID(), "owner");

        // from loopback, where cookies need no TLS
        var login = HttpRequest.newBuilder(at("/api/v1/auth/login"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(user.username(), user.password())));
        var answer = client.send(login.build(), BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().allValues("Set-Cookie")).hasSize(2).allSatisfy(cookie -> assertThat(cookie)
                .startsWith("__Host-wardroom_")
                .contains("Secure"));
        assertThat(answer.headers().firstValue("Strict-Transport-Security"))
                .contains("max-age=31536000; includeSubDomains");
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }

    @Test
    @Order(2)
    void batchesTakeTheShortWayByTls() throws Exception {
        var agent = Agents.publish(STACK);
        UPSTREAM.answer("/api/v1/ingest", (seen, response) -> TestUpstream.json(202, new String(seen.body()))
                .to(seen, response));
        await("the agent is known")
                .until(() -> client.send(batch(agent).build(), BodyHandlers.ofString())
                                .statusCode()
                        == 202);

        var answer = client.send(batch(agent).build(), BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo("a batch");
        var taken = gateway.bean(io.micrometer.core.instrument.MeterRegistry.class)
                .get("wardroom.gateway.ingest")
                .timer()
                .count();
        assertThat(taken).isGreaterThanOrEqualTo(2);
    }

    @Test
    @Order(2)
    void aBatchThatIsTooLargeIsAnsweredBeforeTheConnectionEnds() throws Exception {
        try (var socket = (SSLSocket) trust.getSocketFactory().createSocket("localhost", gateway.port())) {
            socket.setSoTimeout(5000);
            var agent = Agents.publish(STACK);
            await("the agent is known")
                    .until(() -> client.send(batch(agent).build(), BodyHandlers.ofString())
                                    .statusCode()
                            != 401);
            socket.getOutputStream()
                    .write(
                            "POST /api/v1/ingest HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 9000000\r\n\r\n"
                                    .formatted(agent.bearer())
                                    .getBytes(StandardCharsets.US_ASCII));

            // to the end, which is a proper one
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("PAYLOAD_TOO_LARGE");
        }
    }

    @Test
    @Order(2)
    void webSocketsOpenByTls() throws Exception {
        var heard = new CompletableFuture<String>();
        var socket = client.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + STACK.accessToken(STACK.newUser(UUID.randomUUID(), "owner")))
                .header("Origin", "https://localhost:" + gateway.port())
                .buildAsync(
                        URI.create("wss://localhost:%d/ws/console/7".formatted(gateway.port())),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                                heard.complete(text.toString());
                                return WebSocket.Listener.super.onText(socket, text, last);
                            }
                        })
                .get(10, TimeUnit.SECONDS);

        assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("/api/v1/ws/console/7");
        socket.abort();
    }

    @Test
    @Order(3)
    void oldVersionsOfTlsAreNotSpoken() throws Exception {
        try (var socket = (SSLSocket) trust.getSocketFactory().createSocket("localhost", gateway.port())) {
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    @Order(4)
    void aRenewedCertificateIsTakenUpWithoutARestart() throws Exception {
        var renewed = newCertificate();
        assertThat(renewed).isNotEqualTo(first);
        var newTrust = trusting(renewed);

        await("the new certificate is shown")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> {
                    try (var socket =
                            (SSLSocket) newTrust.getSocketFactory().createSocket("localhost", gateway.port())) {
                        socket.startHandshake();
                        return true;
                    }
                });
        trust = newTrust;
        client = clientWith(newTrust);
    }

    @Test
    @Order(5)
    void whileItStopsAnswersUnderWayAreFinishedAndNothingNewIsTaken() throws Exception {
        var token = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "owner"));
        var asked = new CountDownLatch(1);
        var go = new CompletableFuture<Void>();
        UPSTREAM.answer("/api/v1/alerts", (seen, response) -> {
            asked.countDown();
            return Mono.fromFuture(go)
                    .then(Mono.from(TestUpstream.json(200, "{\"slow\":1}").to(seen, response)));
        });
        var port = gateway.port();
        var underWay = client.sendAsync(
                HttpRequest.newBuilder(at("/api/v1/alerts"))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                BodyHandlers.ofString());
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        var stopped = CompletableFuture.runAsync(gateway::close);

        await("no new connection is taken").atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThatThrownBy(
                        () -> {
                            try (var socket = new Socket()) {
                                socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
                            }
                        })
                .isInstanceOf(ConnectException.class));
        assertThat(stopped).isNotDone();
        go.complete(null);
        HttpResponse<String> answer = underWay.get(10, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"slow\":1}");
        stopped.get(20, TimeUnit.SECONDS);
    }

    private HttpRequest.Builder batch(Agents.Agent agent) {
        return HttpRequest.newBuilder(at("/api/v1/ingest"))
                .header("Authorization", agent.bearer())
                .POST(BodyPublishers.ofString("a batch"));
    }

    private URI at(String path) {
        return URI.create("https://localhost:%d%s".formatted(gateway.port(), path));
    }

    /// Writes a new key and certificate where the gateway looks for them.
    private static Certificate newCertificate() throws IOException, GeneralSecurityException, InterruptedException {
        var store = folder.resolve(UUID.randomUUID() + ".p12");
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-alias",
                        "web",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "only-a-test",
                        "-storetype",
                        "PKCS12")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        var password = "only-a-test".toCharArray();
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), password);
        var certificate = keys.getCertificate("web");
        write("tls.key", "PRIVATE KEY", keys.getKey("web", password).getEncoded());
        write("tls.crt", "CERTIFICATE", certificate.getEncoded());
        return certificate;
    }

    private static void write(String name, String kind, byte[] encoded) throws IOException {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        Files.writeString(
                folder.resolve(name), "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
    }

    private static SSLContext trusting(Certificate certificate) throws GeneralSecurityException, IOException {
        var known = KeyStore.getInstance(KeyStore.getDefaultType());
        known.load(null, null);
        known.setCertificateEntry("web", certificate);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static HttpClient clientWith(SSLContext trust) {
        return HttpClient.newBuilder()
                .sslContext(trust)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }
}
