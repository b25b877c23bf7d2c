package io.wardroom.agent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.wardroom.agent.config.ConfigProblem;
import io.wardroom.agent.config.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubClientTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    @Test
    void aHubBehindAPrivateAuthorityIsTrustedByItsFileOnly() throws Exception {
        var server = https();
        var hub = URI.create("https://localhost:" + server.getAddress().getPort());
        try (var trusting = client(hub, Optional.of(folder.resolve("ca.pem")));
                var strange = client(hub, Optional.empty())) {

            assertThat(post(trusting).status()).isEqualTo(200);
            assertThatThrownBy(() -> post(strange))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("certificat");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aHubThatTakesTheRequestAndNeverAnswersIsGivenUp() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var client = new HubClient(
                        URI.create("http://127.0.0.1:" + silent.getLocalPort()),
                        Optional.empty(),
                        "1",
                        Duration.ofMillis(100))) {
            assertThatThrownBy(() -> post(client)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anAnswerWithoutEndIsCutOff() throws Exception {
        try (var endless = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var client = new HubClient(
                        URI.create("http://127.0.0.1:" + endless.getLocalPort()),
                        Optional.empty(),
                        "1",
                        Duration.ofSeconds(20))) {
            Thread.ofVirtual().start(() -> {
                try (var connection = endless.accept()) {
                    var out = connection.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".getBytes());
                    while (true) {
                        out.write(new byte[8192]);
                    }
                } catch (IOException cutOff) {
                    // what this test waits for
                }
            });

            assertThatThrownBy(() -> post(client)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aCaFileThatHoldsNoCertificateIsSaidSo() throws Exception {
        var hub = URI.create("https://localhost:1");
        Files.writeString(folder.resolve("empty.pem"), "");
        Files.writeString(
                folder.resolve("other.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        for (var file : new String[] {"none.pem", "empty.pem", "other.pem"}) {
            assertThatThrownBy(() -> client(hub, Optional.of(folder.resolve(file))))
                    .as(file)
                    .isInstanceOf(ConfigProblem.class)
                    .hasMessageStartingWith("hub_ca_file");
        }
    }

    private static HubClient client(URI hub, Optional<Path> ca) throws ConfigProblem {
        return new HubClient(hub, ca, "0.1.0", Duration.ofSeconds(10));
    }

    private static HubAnswer post(HubClient client) throws IOException, InterruptedException {
        return client.post("/ingest", new Secret("ms_x"), "{}".getBytes(), Map.of());
    }

    private HttpsServer https() throws Exception {
        var keys = folder.resolve("keys.p12");
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "hub",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-validity",
                        "1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start()
                .waitFor();
        assertThat(made).isZero();
        var store = KeyStore.getInstance(keys.toFile(), PASSWORD);
        Files.writeString(
                folder.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(store.getCertificate("hub").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
