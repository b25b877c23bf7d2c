package io.wardroom.purple.report;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a report tells: sums, and the rows behind them.
///
/// @param name    names the file
/// @param filters what it was narrowed to, as the caller said it
/// @param figures the sums, by their names in the API
/// @param rowsAre what its rows are called in the API
/// @param columns how a row is told where there is a table
/// @param rows    hands each row to a reader, one at a time
record Report<R>(
        String name,
        String title,
        Map<String, @Nullable String> filters,
        Map<String, Object> figures,
        String rowsAre,
        List<Column<R>> columns,
        Consumer<Consumer<R>> rows) {

    /// @param name  as the API has it
    /// @param value a number or a text
    record Column<R>(String name, Function<R, @Nullable Object> value) {}

    Report<R> with(Consumer<Consumer<R>> otherRows) {
        return new Report<>(name, title, filters, figures, rowsAre, columns, otherRows);
    }
}
