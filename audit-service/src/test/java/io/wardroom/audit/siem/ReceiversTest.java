package io.wardroom.audit.siem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.wardroom.audit.SyslogServer;
import io.wardroom.audit.log.AuditLines.Line;
import io.wardroom.common.event.UuidV7;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Those who take the log elsewhere, against servers that misbehave.
class ReceiversTest {
    private static final Instant AT = Instant.parse("2026-01-31T09:15:00.123456Z");
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var each : open) {
            each.close();
        }
    }

    @Test
    void aServerThatHangsOrKeepsItsEndOpenDidNotTakeIt() throws Exception {
        try (var deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = URI.create("tcp://127.0.0.1:" + deaf.getLocalPort());

            assertThatThrownBy(() -> syslog(address, true).take(List.of(aLine("login"))))
                    .isInstanceOf(IOException.class);
            // who says that this server never closes its end is believed
            syslog(address, false).take(List.of(aLine("login")));
        }
    }

    @Test
    void anAddressThatIsNoneIsRefusedAtTheStart() {
        for (var wrong : List.of("udp://a:1", "tcp://a", "a:514", "tls:///x")) {
            assertThatThrownBy(() -> syslog(URI.create(wrong), true))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void overTlsItSpeaksToTheRightServerAlone(@TempDir Path folder) throws Exception {
        var store = aKeyStore(folder, "ip:127.0.0.1");
        var trusted = context(store);
        var server = SyslogServer.started(trusted.getServerSocketFactory());
        open.add(server::stop);
        var address = URI.create("tls://127.0.0.1:" + server.port());
        var line = aLine("login");

        new SyslogReceiver(address, settings(address, null, true), trusted.getSocketFactory()).take(List.of(line));

        await("the message").atMost(Duration.ofSeconds(10)).until(() -> !server.messages(_ -> true)
                .isEmpty());
        assertThat(server.messages(_ -> true))
                .singleElement()
                .asString()
                .contains(line.id().toString());
        assertThatThrownBy(() -> syslog(address, true).take(List.of(line)))
                .as("an authority that nobody trusts")
                .isInstanceOf(IOException.class);
        var elsewhere = URI.create("tls://localhost:" + server.port());
        assertThatThrownBy(
                        () -> new SyslogReceiver(elsewhere, settings(elsewhere, null, true), trusted.getSocketFactory())
                                .take(List.of(line)))
                .as("the certificate of another host")
                .isInstanceOf(IOException.class);
    }

    @Test
    void aCollectorGetsEachDeedAsALogRecord() throws Exception {
        var collector = new Collector(_ -> 200);
        var line = aLine("login");

        collector.receiver().take(List.of(line));

        assertThat(collector.tokens).containsExactly("secret");
        assertThat(collector.taken).singleElement().satisfies(record -> {
            assertThat(record.getBody().getStringValue()).isEqualTo(new String(line.json(), StandardCharsets.UTF_8));
            assertThat(record.getTimeUnixNano()).isEqualTo(AT.getEpochSecond() * 1_000_000_000L + AT.getNano());
            assertThat(record.getSeverityText()).isEqualTo("INFO");
            assertThat(record.getAttributesList())
                    .anySatisfy(attribute -> assertThat(attribute.getValue().getStringValue())
                            .isEqualTo(line.id().toString()));
        });
    }

    @Test
    void aCollectorThatIsAwayOrRefusesEverybodyIsTriedAgain() throws Exception {
        for (var status : List.of(401, 404, 429, 500, 503, 302)) {
            var collector = new Collector(_ -> status);
            assertThatThrownBy(() -> collector.receiver().take(List.of(aLine("login"))))
                    .as("%d", status)
                    .isInstanceOf(IOException.class);
            collector.server.stop(0);
            assertThatThrownBy(() -> collector.receiver().take(List.of(aLine("login"))))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void oneRowThatACollectorRefusesHoldsUpNoOther() throws Exception {
        var collector = new Collector(request -> records(request).stream()
                        .anyMatch(record -> record.getBody().getStringValue().contains("poison"))
                ? 400
                : 200);
        var lines = IntStream.range(0, 9)
                .mapToObj(i -> aLine(i == 4 ? "poison" : "login"))
                .toList();

        collector.receiver().take(lines);

        assertThat(collector.taken).hasSize(8);
        assertThat(collector.refused).hasValue(1);
    }

    @Test
    void whatACollectorDropsIsCounted() throws Exception {
        var collector = new Collector(_ -> 200);
        collector.rejects = 2;

        collector.receiver().take(List.of(aLine("a"), aLine("b"), aLine("c")));

        assertThat(collector.refused).hasValue(2);
    }

    private final class Collector {
        private final HttpServer server;
        private final List<LogRecord> taken = new CopyOnWriteArrayList<>();
        private final List<String> tokens = new CopyOnWriteArrayList<>();
        private final AtomicLong refused = new AtomicLong();
        private volatile long rejects;

        Collector(ToIntFunction<ExportLogsServiceRequest> status) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
            server.createContext("/v1/logs", exchange -> {
                try (exchange) {
                    var request = ExportLogsServiceRequest.parseFrom(exchange.getRequestBody());
                    var answer = status.applyAsInt(request);
                    if (answer == 200) {
                        taken.addAll(records(request));
                        tokens.add(exchange.getRequestHeaders().getFirst("X-Token"));
                    }
                    var body = ExportLogsServiceResponse.newBuilder()
                            .setPartialSuccess(
                                    ExportLogsPartialSuccess.newBuilder().setRejectedLogRecords(rejects))
                            .build()
                            .toByteArray();
                    exchange.sendResponseHeaders(answer, body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                }
            });
            server.start();
            open.add(() -> server.stop(0));
        }

        OtlpReceiver receiver() throws Exception {
            var address = URI.create(
                    "http://127.0.0.1:%d/v1/logs".formatted(server.getAddress().getPort()));
            return new OtlpReceiver(
                    address,
                    settings(null, address, true),
                    SSLContext.getDefault(),
                    Clock.systemUTC(),
                    refused::addAndGet);
        }
    }

    private static List<LogRecord> records(ExportLogsServiceRequest request) {
        return request.getResourceLogs(0).getScopeLogs(0).getLogRecordsList();
    }

    private static SyslogReceiver syslog(URI address, boolean confirm) throws Exception {
        return new SyslogReceiver(
                address,
                settings(address, null, confirm),
                SSLContext.getDefault().getSocketFactory());
    }

    private static SiemProperties settings(URI syslog, URI otlp, boolean confirm) {
        return new SiemProperties(syslog, "wardroom", 13, confirm, otlp, Map.of("X-Token", "secret"), null, PATIENCE);
    }

    private static Line aLine(String action) {
        var id = UuidV7.next();
        return new Line(
                id,
                UuidV7.next(),
                AT,
                action,
                false,
                "{\"id\":\"%s\",\"action\":\"%s\"}".formatted(id, action).getBytes(StandardCharsets.UTF_8));
    }

    private static Path aKeyStore(Path folder, String name) throws Exception {
        var store = folder.resolve("keys.p12");
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=siem",
                        "-ext",
                        "SAN=" + name,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return store;
    }

    private static SSLContext context(Path file) throws Exception {
        var password = "changeit".toCharArray();
        var own = KeyStore.getInstance(file.toFile(), password);
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", own.getCertificate("a"));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);
        var authorities = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        authorities.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), authorities.getTrustManagers(), null);
        assertThat(Files.exists(file)).isTrue();
        return context;
    }
}
