package io.wardroom.audit.webhook.wire;

import io.wardroom.audit.webhook.wire.AddressGuard.RefusedAddress;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// Posts a message to its receiver once. It follows no redirect, keeps no cookie, unpacks nothing, reads little of
/// what is answered, and connects to no address but those that the [AddressGuard] gave it for this very
/// connection.
@Component
public class Sender {
    private static final int EXCERPT = 1_000;
    // of a longer answer the rest is not waited for
    private static final int MOST_READ = 16 * 1024;
    private static final Duration LONGEST_PAUSE = Duration.ofDays(1);
    private static final TimeValue IDLE = TimeValue.ofSeconds(30);

    private final CloseableHttpClient client;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("webhook-deadlines").factory());
    private final Duration wholeTimeout;
    private final Clock clock;

    public Sender(WireProperties settings, AddressGuard guard, Clock clock) {
        this.wholeTimeout = settings.wholeTimeout();
        this.clock = clock;
        this.client = clientOf(settings, guard);
    }

    private static CloseableHttpClient clientOf(WireProperties settings, AddressGuard guard) {
        var connect = Timeout.of(settings.connectTimeout());
        var answer = Timeout.of(settings.answerTimeout());
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new GuardedNames(guard))
                // receivers of many tenants may share a host: the limit for each stands with the dispatcher
                .setMaxConnPerRoute(settings.connections())
                .setMaxConnTotal(settings.connections())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connect)
                        .setSocketTimeout(answer)
                        .setValidateAfterInactivity(TimeValue.ofMilliseconds(500))
                        .setTimeToLive(TimeValue.ofMinutes(5))
                        .build())
                .setDefaultTlsConfig(
                        TlsConfig.custom().setHandshakeTimeout(connect).build())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxLineLength(16 * 1024)
                                .setMaxHeaderCount(200)
                                .build())
                        .build())
                .build();
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(connect)
                        .setResponseTimeout(answer)
                        .setDefaultKeepAlive(IDLE.getDuration(), IDLE.getTimeUnit())
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .setUserAgent("Wardroom-Webhooks/1")
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .disableAutomaticRetries()
                .disableConnectionState()
                .evictExpiredConnections()
                .evictIdleConnections(IDLE)
                .build();
    }

    /// The client's resolver: what it gives is what is connected to.
    private record GuardedNames(AddressGuard guard) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return guard.addressesOf(host);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    /// @param secrets the present one, and behind it the one that still holds beside it
    public Answer send(URI url, UUID message, String body, List<WebhookSecret> secrets) {
        var now = clock.instant();
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var request = new HttpPost(url);
        Signatures.headers(message, now, bytes, secrets).forEach(request::setHeader);
        request.setEntity(new ByteArrayEntity(bytes, ContentType.APPLICATION_JSON));
        var start = System.nanoTime();
        var late = new AtomicBoolean();
        var deadline = deadlines.schedule(
                () -> {
                    late.set(true);
                    request.cancel();
                },
                wholeTimeout.toMillis(),
                TimeUnit.MILLISECONDS);
        try (var response = client.executeOpen(null, request, null)) {
            return answerOf(response, request, now, start);
        } catch (IOException | RuntimeException failure) {
            return new Answer(
                    now, since(start), null, "", late.get() ? "took longer than allowed" : reason(failure), null);
        } finally {
            deadline.cancel(false);
        }
    }

    private static Answer answerOf(ClassicHttpResponse response, HttpPost request, Instant now, long start)
            throws IOException {
        var status = response.getCode();
        var excerpt = excerptOf(response, request);
        var error =
                switch (status / 100) {
                    case 2 -> null;
                    case 3 -> "redirects are not followed";
                    default -> "answered " + status;
                };
        return new Answer(now, since(start), status, excerpt, error, error == null ? null : pauseOf(response, now));
    }

    private static String excerptOf(ClassicHttpResponse response, HttpPost request) throws IOException {
        var entity = response.getEntity();
        if (entity == null) {
            return "";
        }
        byte[] read;
        try (var content = new Cut(entity.getContent(), request)) {
            read = content.beginning();
        } catch (IOException broken) {
            // the status is here and counts; what was to follow does not
            return "";
        }
        var text = new String(read, StandardCharsets.UTF_8).replace('\0', '\uFFFD');
        return text.codePointCount(0, text.length()) <= EXCERPT
                ? text
                : text.substring(0, text.offsetByCodePoints(0, EXCERPT));
    }

    /// Reads the beginning of an answer. One that does not end there loses its connection instead of being read
    /// on.
    private record Cut(InputStream content, HttpPost request) implements AutoCloseable {
        byte[] beginning() throws IOException {
            var read = content.readNBytes(MOST_READ + 1);
            if (read.length > MOST_READ) {
                request.cancel();
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            if (!request.isCancelled()) {
                content.close();
            }
        }
    }

    /// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
    private static @Nullable Duration pauseOf(ClassicHttpResponse response, Instant now) {
        var header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        if (header == null) {
            return null;
        }
        var text = header.getValue().strip();
        Duration pause;
        if (text.matches("\\d{1,9}")) {
            pause = Duration.ofSeconds(Long.parseLong(text));
        } else {
            var moment = DateUtils.parseStandardDate(text);
            if (moment == null) {
                return null;
            }
            pause = Duration.between(now, moment);
        }
        if (pause.isNegative()) {
            return Duration.ZERO;
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /// In words of our own: what a library says may tell of addresses inside.
    private static String reason(Exception failure) {
        return switch (failure) {
            case RefusedAddress _ -> "the address is not public";
            case UnknownHostException _ -> "the name is unknown";
            case SocketTimeoutException _ -> "did not answer in time";
            case SSLException _ -> "no trusted TLS connection";
            case NoHttpResponseException _ -> "closed the connection without an answer";
            case IOException _ -> "the connection failed";
            default -> "the request could not be sent";
        };
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @PreDestroy
    public void close() throws IOException {
        deadlines.shutdownNow();
        client.close();
    }
}
