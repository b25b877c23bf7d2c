package io.wardroom.audit.log;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import io.wardroom.audit.log.AuditLog.Export;
import io.wardroom.audit.log.AuditLog.ExportedRow;
import io.wardroom.audit.log.AuditLog.Reader;
import io.wardroom.audit.log.AuditLogController.AuditLogView;
import io.wardroom.audit.log.AuditLogRepository.Filter;
import io.wardroom.common.audit.AuditAction;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes exports, a part of the tree at a time: neither the size of the log nor the pace of the reader matters to the
/// memory or to the database.
@Component
class Exports {
    static final String NDJSON = "application/x-ndjson";
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final int LEAVES_A_PART = 250;
    private static final int MOST_AT_ONCE = 4;
    private static final List<String> COLUMNS = List.of(
            "leaf_index",
            "id",
            "timestamp",
            "actor_type",
            "user_id",
            "username",
            "action",
            "entity_type",
            "entity_id",
            "outcome",
            "reason",
            "source_ip",
            "user_agent",
            "request_id",
            "details",
            "tenant_id");
    // what makes a spreadsheet take a text for a formula
    private static final String BEGINS_FORMULA = "=+-@\t\r\n";

    private final AuditLog log;
    private final JsonMapper json;
    private final Semaphore running = new Semaphore(MOST_AT_ONCE);

    Exports(AuditLog log, JsonMapper json) {
        this.log = log;
        this.json = json;
    }

    enum Outcome {
        WRITTEN,
        NO_SUCH_LOG,
        TOO_MANY
    }

    /// An export that ended behind its first byte, without its last.
    static final class BrokenExport extends RuntimeException {
        BrokenExport(Exception cause) {
            super("an export broke off", cause);
        }
    }

    Outcome write(Reader reader, @Nullable UUID tenantId, String format, Filter filter, HttpServletResponse response) {
        if (!running.tryAcquire()) {
            return Outcome.TOO_MANY;
        }
        try {
            var export = log.export(reader, tenantId, format, filter);
            export.ifPresent(asked -> write(asked, format, response));
            return export.isPresent() ? Outcome.WRITTEN : Outcome.NO_SUCH_LOG;
        } finally {
            running.release();
        }
    }

    private void write(Export export, String format, HttpServletResponse response) {
        // the first part ahead of the first byte: a database that is away is still a proper answer
        var first = log.part(export, 0, LEAVES_A_PART);
        response.setContentType(format.equals("csv") ? "text/csv;charset=UTF-8;header=present" : NDJSON);
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"audit-log.%s\"".formatted(format));
        try {
            // not closed when something fails: that would end the answer as if it were whole
            var out = new BufferedOutputStream(response.getOutputStream());
            if (format.equals("csv")) {
                writeCsv(export, first, out);
            } else {
                writeNdjson(export, first, out);
            }
            out.flush();
        } catch (IOException | RuntimeException broken) {
            throw new BrokenExport(broken);
        }
    }

    private interface Sink {
        void take(ExportedRow row) throws IOException;
    }

    private void eachRow(Export export, List<ExportedRow> first, Sink sink) throws IOException {
        var part = first;
        for (var next = (long) LEAVES_A_PART; ; next += LEAVES_A_PART) {
            for (var row : part) {
                sink.take(row);
            }
            if (next >= export.size()) {
                return;
            }
            part = log.part(export, next, LEAVES_A_PART);
        }
    }

    private void writeNdjson(Export export, List<ExportedRow> first, OutputStream out) throws IOException {
        eachRow(export, first, row -> {
            out.write(json.writeValueAsBytes(line(row)));
            out.write('\n');
        });
    }

    private ObjectNode line(ExportedRow exported) {
        var base64 = Base64.getEncoder();
        var deed = exported.row().deed();
        ObjectNode line = deed == null ? json.createObjectNode() : json.valueToTree(AuditLogView.of(deed));
        if (deed == null) {
            line.put("id", exported.row().id().toString());
            line.put("erased", true);
        }
        var input = exported.leafInput();
        line.put("leaf_index", exported.row().leafIndex());
        line.put("leaf_hash", base64.encodeToString(exported.row().leafHash()));
        line.put("leaf_input", input == null ? null : base64.encodeToString(input));
        return line;
    }

    private void writeCsv(Export export, List<ExportedRow> first, OutputStream out) throws IOException {
        var writer = CsvWriter.builder()
                .lineDelimiter(LineDelimiter.CRLF)
                .quoteStrategy(QuoteStrategies.ALWAYS)
                .build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        writer.writeRecord(COLUMNS);
        eachRow(export, first, row -> {
            var deed = row.row().deed();
            if (deed != null) {
                writer.writeRecord(cells(row.row().leafIndex(), deed));
            }
        });
        writer.flush();
    }

    private String[] cells(long leaf, AuditAction deed) {
        return new String[] {
            Long.toString(leaf),
            deed.id().toString(),
            deed.timestamp().toString(),
            cell(deed.actorType()),
            deed.userId() == null ? "" : deed.userId().toString(),
            cell(deed.username()),
            cell(deed.action()),
            cell(deed.entityType()),
            cell(deed.entityId()),
            cell(deed.outcome()),
            cell(deed.reason()),
            cell(deed.sourceIp()),
            cell(deed.userAgent()),
            cell(deed.requestId()),
            cell(json.writeValueAsString(deed.details())),
            deed.tenantId().toString()
        };
    }

    /// A text that a spreadsheet would run gets an apostrophe ahead of it.
    private static String cell(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return "";
        }
        return BEGINS_FORMULA.indexOf(text.charAt(0)) < 0 ? text : "'" + text;
    }
}
