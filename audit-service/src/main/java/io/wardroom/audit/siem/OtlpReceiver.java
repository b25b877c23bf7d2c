package io.wardroom.audit.siem;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import io.wardroom.audit.log.AuditLines.Line;
import io.wardroom.common.audit.AuditAction;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A collector of OTLP logs, over HTTP: each deed a log record whose body is its line of JSON.
final class OtlpReceiver implements Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpReceiver.class);
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;
    private static final long NANOS = 1_000_000_000L;

    private final URI address;
    private final SiemProperties settings;
    private final Clock clock;
    private final LongConsumer refused;
    private final HttpClient http;

    /// @param refused told how many records the collector will never take
    OtlpReceiver(URI address, SiemProperties settings, SSLContext tls, Clock clock, LongConsumer refused) {
        this.address = address;
        this.settings = settings;
        this.clock = clock;
        this.refused = refused;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.patience())
                .followRedirects(HttpClient.Redirect.NEVER)
                .sslContext(tls)
                .build();
    }

    @Override
    public void take(List<Line> lines) throws IOException {
        var answer = send(lines);
        var status = answer.statusCode();
        if (status >= 200 && status < 300) {
            countRefused(answer.body());
        } else if ((status == BAD_REQUEST || status == TOO_LARGE) && lines.size() > 1) {
            // one that it will not have must not hold up the others
            var half = lines.size() / 2;
            take(lines.subList(0, half));
            take(lines.subList(half, lines.size()));
        } else if (status == BAD_REQUEST || status == TOO_LARGE) {
            refused.accept(1);
            LOG.atWarn()
                    .addKeyValue("id", lines.getFirst().id())
                    .log("the collector refuses a row of the audit log: {}", status);
        } else {
            // a wrong token or path is put right by somebody; until then it waits
            throw new IOException("the collector answered " + status);
        }
    }

    private HttpResponse<byte[]> send(List<Line> lines) throws IOException {
        var request = HttpRequest.newBuilder(address)
                .timeout(settings.patience())
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(request(lines).toByteArray()));
        settings.otlpHeaders().forEach(request::setHeader);
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while the collector was asked", stop);
        }
    }

    private void countRefused(byte[] body) {
        try {
            var rejected = ExportLogsServiceResponse.parseFrom(body)
                    .getPartialSuccess()
                    .getRejectedLogRecords();
            if (rejected > 0) {
                refused.accept(rejected);
                LOG.warn("the collector refuses {} rows of the audit log", rejected);
            }
        } catch (InvalidProtocolBufferException otherForm) {
            LOG.debug("the collector's answer is no protobuf", otherForm);
        }
    }

    private ExportLogsServiceRequest request(List<Line> lines) {
        var now = nanos(clock.instant());
        var scope = ScopeLogs.newBuilder()
                .setScope(InstrumentationScope.newBuilder().setName("io.wardroom.audit"));
        lines.forEach(line -> scope.addLogRecords(record(line, now)));
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .setResource(Resource.newBuilder()
                                .addAttributes(text("service.name", "wardroom"))
                                .addAttributes(text("host.name", settings.hostname())))
                        .addScopeLogs(scope))
                .build();
    }

    private static LogRecord record(Line line, long now) {
        return LogRecord.newBuilder()
                .setTimeUnixNano(nanos(line.at()))
                .setObservedTimeUnixNano(now)
                .setSeverityNumber(
                        line.refused() ? SeverityNumber.SEVERITY_NUMBER_WARN : SeverityNumber.SEVERITY_NUMBER_INFO)
                .setSeverityText(line.refused() ? "WARN" : "INFO")
                .setEventName(AuditAction.TYPE)
                .setBody(AnyValue.newBuilder().setStringValue(new String(line.json(), StandardCharsets.UTF_8)))
                .addAttributes(text("wardroom.audit.id", line.id().toString()))
                .addAttributes(text("wardroom.tenant_id", line.tenant().toString()))
                .addAttributes(text("wardroom.audit.action", line.action()))
                .addAttributes(text("wardroom.audit.outcome", line.refused() ? "refused" : "success"))
                .build();
    }

    private static KeyValue text(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static long nanos(Instant moment) {
        return moment.getEpochSecond() * NANOS + moment.getNano();
    }
}
