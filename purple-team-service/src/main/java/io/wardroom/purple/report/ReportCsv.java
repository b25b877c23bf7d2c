package io.wardroom.purple.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import io.wardroom.purple.report.Report.Column;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A report's rows as RFC 4180 has them.
final class ReportCsv {
    static final String TYPE = "text/csv;charset=UTF-8;header=present";

    // what makes a spreadsheet take a text for a formula, in full width too
    private static final String BEGINS_FORMULA = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private ReportCsv() {}

    static <R> void write(Report<R> report, OutputStream out) throws IOException {
        var writer = CsvWriter.builder()
                .lineDelimiter(LineDelimiter.CRLF)
                .quoteStrategy(QuoteStrategies.ALWAYS)
                .build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        writer.writeRecord(report.columns().stream().map(Column::name).toList());
        report.rows()
                .accept(row -> writer.writeRecord(report.columns().stream()
                        .map(column -> cell(column.value().apply(row)))
                        .toList()));
        writer.flush();
    }

    /// A text that a spreadsheet would run gets an apostrophe ahead of it.
    static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        var text = value.toString();
        return value instanceof Number || text.isEmpty() || BEGINS_FORMULA.indexOf(text.charAt(0)) < 0
                ? text
                : "'" + text;
    }
}
