package io.wardroom.purple.report;

import io.wardroom.purple.report.Report.Column;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.JsonNode;

/// A report as a page that a browser prints, or saves as PDF, as it stands: no script, nothing from elsewhere.
final class ReportPage {
    static final String TYPE = "text/html;charset=UTF-8";

    private static final String STYLE = """
            @page {
              size: A4 landscape; margin: 14mm 12mm 16mm;
              @bottom-left { content: "Wardroom"; font: 8pt system-ui, sans-serif; color: #586570; }
              @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; color: #586570; }
            }
            :root { --faint: #586570; --line: #d8d4ca; }
            body { margin: 0; font: 10pt/1.4 system-ui, sans-serif; color: #14191d; background: #fff; }
            h1 { margin: 0 0 0.25rem; font-size: 18pt; }
            h2 { margin: 1.5rem 0 0.5rem; font-size: 12pt; }
            h1, h2 { break-after: avoid; }
            p { margin: 0 0 0.25rem; color: var(--faint); }
            table { border-collapse: collapse; width: 100%; }
            table.sums { width: auto; break-inside: avoid; }
            thead { display: table-header-group; }
            tr { break-inside: avoid; }
            th, td { padding: 0.2rem 0.75rem 0.2rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere;
              border-bottom: 1px solid var(--line); }
            thead th { border-bottom: 1.5px solid var(--faint); }
            td.number { text-align: right; font-variant-numeric: tabular-nums; }
            @media screen { body { max-width: 80rem; margin: 0 auto; padding: 2rem 1rem; } }
            @media print { body { font-size: 8pt; } }
            """;

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    private ReportPage() {}

    /// Lets the page have its own style and nothing else.
    static String policy() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(STYLE.getBytes(StandardCharsets.UTF_8));
            return "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                    .formatted(Base64.getEncoder().encodeToString(digest));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// @param figures the report's, as JSON has them
    static <R> void write(Report<R> report, JsonNode figures, Instant now, OutputStream out) throws IOException {
        var page = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        page.write("""
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%1$s, %2$s</title>
                <style>%3$s</style>
                </head>
                <body>
                <main>
                <h1>%1$s</h1>
                <p>Made at %2$s</p>
                """.formatted(escaped(report.title()), MINUTE.format(now), STYLE));
        for (var filter : report.filters().entrySet()) {
            var value = filter.getValue();
            if (value != null) {
                page.write("<p>%s: %s</p>\n".formatted(spoken(filter.getKey()), escaped(value)));
            }
        }
        writeSums(page, figures);
        writeRows(page, report);
        page.write("</main>\n</body>\n</html>\n");
        page.flush();
    }

    private static void writeSums(Writer page, JsonNode figures) throws IOException {
        for (var figure : figures.properties()) {
            if (figure.getValue().isObject()) {
                page.write("<h2>%s</h2>\n<table class=\"sums\">\n".formatted(spoken(figure.getKey())));
                for (var sum : figure.getValue().properties()) {
                    page.write("<tr><th scope=\"row\">%s</th>%s</tr>\n"
                            .formatted(spoken(sum.getKey()), cell(sum.getValue().asString(), true)));
                }
                page.write("</table>\n");
            } else {
                page.write("<p>%s: %s</p>\n"
                        .formatted(
                                spoken(figure.getKey()),
                                escaped(figure.getValue().asString())));
            }
        }
    }

    private static <R> void writeRows(Writer page, Report<R> report) throws IOException {
        page.write("<h2>%s</h2>\n<table>\n<thead><tr>".formatted(spoken(report.rowsAre())));
        for (var column : report.columns()) {
            page.write("<th scope=\"col\">%s</th>".formatted(spoken(column.name())));
        }
        page.write("</tr></thead>\n<tbody>\n");
        report.rows().accept(row -> writeRow(page, report.columns(), row));
        page.write("</tbody>\n</table>\n");
    }

    private static <R> void writeRow(Writer page, List<Column<R>> columns, R row) {
        try {
            page.write("<tr>");
            for (var column : columns) {
                var value = column.value().apply(row);
                page.write(cell(Objects.toString(value, ""), value instanceof Number));
            }
            page.write("</tr>\n");
        } catch (IOException hungUp) {
            throw new UncheckedIOException(hungUp);
        }
    }

    private static String cell(String text, boolean number) {
        return (number ? "<td class=\"number\">" : "<td>") + escaped(text) + "</td>";
    }

    /// A name of the API as people read it.
    private static String spoken(String name) {
        return escaped(name.replace('_', ' '));
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text, StandardCharsets.UTF_8.name());
    }
}
