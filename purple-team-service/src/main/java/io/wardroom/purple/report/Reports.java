package io.wardroom.purple.report;

import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Writes reports row by row while the database hands them out, all of one moment.
@Service
class Reports {
    static final Duration PAUSE = Duration.ofSeconds(10);

    // what fails ahead of so many bytes is still answered as a failure
    private static final int HELD_BACK = 32 * 1024;

    private final ReportProperties settings;
    private final JsonMapper json;
    private final Clock clock;
    private final TransactionTemplate reading;
    private final Semaphore places;

    Reports(ReportProperties settings, JsonMapper json, Clock clock, PlatformTransactionManager transactions) {
        this.settings = settings;
        this.json = json;
        this.clock = clock;
        this.places = new Semaphore(settings.atOnce());
        this.reading = new TransactionTemplate(transactions);
        this.reading.setReadOnly(true);
        // the sums are those of the rows, whatever changes meanwhile
        this.reading.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        this.reading.setTimeout((int) settings.longest().toSeconds());
    }

    enum Outcome {
        WRITTEN,
        TOO_MANY
    }

    /// A report that ended behind its first byte, without its last.
    static final class BrokenReport extends RuntimeException {
        BrokenReport(Exception cause) {
            super("a report broke off", cause);
        }
    }

    /// @param report asked for what it tells inside the transaction that reads it
    <R> Outcome write(ReportFormat format, Supplier<Report<R>> report, HttpServletResponse response) {
        try {
            if (!places.tryAcquire(settings.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                return Outcome.TOO_MANY;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Outcome.TOO_MANY;
        }
        try {
            reading.executeWithoutResult(_ -> write(format, report.get(), response));
            return Outcome.WRITTEN;
        } finally {
            places.release();
        }
    }

    private <R> void write(ReportFormat format, Report<R> report, HttpServletResponse response) {
        var now = clock.instant();
        var ends = now.plus(settings.longest());
        var inTime = report.with(reader -> report.rows().accept(row -> {
            if (clock.instant().isAfter(ends)) {
                throw new IllegalStateException("the reader of a report was too slow");
            }
            reader.accept(row);
        }));
        try {
            // not closed when something fails: that would end the answer as if it were whole
            var out = new BufferedOutputStream(response.getOutputStream(), HELD_BACK);
            switch (format) {
                case JSON -> {
                    response.setContentType(MediaType.APPLICATION_JSON_VALUE);
                    writeJson(inTime, now, out);
                }
                case HTML -> {
                    response.setContentType(ReportPage.TYPE);
                    response.setHeader("Content-Security-Policy", ReportPage.policy());
                    ReportPage.write(inTime, json.valueToTree(report.figures()), now, out);
                }
                case CSV -> {
                    response.setContentType(ReportCsv.TYPE);
                    response.setHeader(
                            HttpHeaders.CONTENT_DISPOSITION,
                            "attachment; filename=\"%s.csv\"".formatted(report.name()));
                    ReportCsv.write(inTime, out);
                }
            }
            out.flush();
        } catch (IOException | RuntimeException broken) {
            throw broken(broken, response);
        }
    }

    private static RuntimeException broken(Exception failure, HttpServletResponse response) {
        if (response.isCommitted()) {
            return new BrokenReport(failure);
        }
        response.resetBuffer();
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, null);
        return failure instanceof RuntimeException itself ? itself : new UncheckedIOException((IOException) failure);
    }

    private <R> void writeJson(Report<R> report, Instant now, OutputStream out) {
        var writer = json.writer()
                .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .without(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
                .without(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .createGenerator(out);
        writer.writeStartObject();
        writer.writePOJOProperty("generated_at", now);
        writer.writePOJOProperty("filters", report.filters());
        report.figures().forEach(writer::writePOJOProperty);
        writer.writeArrayPropertyStart(report.rowsAre());
        report.rows().accept(writer::writePOJO);
        writer.writeEndArray();
        writer.writeEndObject();
        writer.close();
    }
}
