package io.wardroom.agent.hub;

import io.wardroom.agent.config.ConfigProblem;
import io.wardroom.agent.config.Secret;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.json.JsonProblem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Requests to the hub: HTTP/1.1, no redirects, answers of at most 256 KiB, each done within the time limit.
public final class HubClient implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final int MAX_ANSWER_BYTES = 256 << 10;

    private final String base;
    private final String userAgent;
    private final Duration limit;
    private final ExecutorService callbacks;
    private final HttpClient http;

    /// @param caFile PEM certificates to trust instead of the JDK's
    /// @param limit  for one request, from connecting to the last byte of the answer
    /// @throws ConfigProblem if the certificates cannot be used
    public HubClient(URI hub, Optional<Path> caFile, String agentVersion, Duration limit) throws ConfigProblem {
        this.base = hub.toString().replaceAll("/+$", "") + "/api/v1";
        this.userAgent = "wardroom-agent/" + agentVersion;
        this.limit = limit;
        this.callbacks = Executors.newSingleThreadExecutor(task -> {
            var thread = new Thread(null, task, "http", 256 << 10);
            thread.setDaemon(true);
            return thread;
        });
        var builder = HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .followRedirects(Redirect.NEVER)
                .connectTimeout(CONNECT_LIMIT)
                .executor(callbacks);
        if (caFile.isPresent() || "http".equals(hub.getScheme())) {
            // with plain http this keeps the client from loading the JDK's certificates, some megabytes of them
            builder.sslContext(trusting(caFile));
        }
        this.http = builder.build();
    }

    private static SSLContext trusting(Optional<Path> caFile) throws ConfigProblem {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            if (caFile.isPresent()) {
                try (var in = Files.newInputStream(caFile.get())) {
                    int number = 0;
                    for (var certificate :
                            CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                        store.setCertificateEntry("ca-" + number++, certificate);
                    }
                    if (number == 0) {
                        throw new ConfigProblem("hub_ca_file: %s holds no certificate".formatted(caFile.get()));
                    }
                }
            }
            var context = SSLContext.getInstance("TLS");
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (CertificateException broken) {
            throw new ConfigProblem("hub_ca_file: %s holds no PEM certificate".formatted(caFile.orElseThrow()));
        } catch (IOException unreadable) {
            throw new ConfigProblem("hub_ca_file: cannot be read: " + unreadable);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this JDK has no TLS", broken);
        }
    }

    /// @param path below `/api/v1`, with its slash
    /// @throws IOException if no answer came within the limit
    HubAnswer post(String path, Secret token, byte[] body, Map<String, String> headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(limit)
                .header("Authorization", "Bearer " + token.value())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .header("User-Agent", userAgent)
                .POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        var answer = send(request.build());
        return new HubAnswer(answer.statusCode(), answer.headers(), json(answer.body()));
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        // the request's own timeout ends with the answer's headers; this one covers its body as well
        var sent = http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
        try {
            return sent.get(limit.toMillis() + 1000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IOException(failed.getCause());
        } catch (TimeoutException tooLong) {
            throw new IOException("no whole answer within %d s".formatted(limit.toSeconds()), tooLong);
        } finally {
            sent.cancel(true);
        }
    }

    private static Map<String, @Nullable Object> json(byte[] body) {
        if (body.length == 0) {
            return Map.of();
        }
        try {
            return Json.readObject(body);
        } catch (JsonProblem foreign) {
            // a proxy's page, say: the status alone speaks
            return Map.of();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        callbacks.shutdownNow();
    }
}
