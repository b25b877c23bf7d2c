package io.wardroom.fleet.telemetry;

import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonSerialize;

/// What an agent measured in a range of time.
///
/// @param interval what one point stands for; where `auto` was asked, the one that was chosen
record MetricsView(
        UUID agentId,
        Instant from,
        Instant to,

        @Schema(allowableValues = {"raw", "10s", "1m", "5m", "1h", "1d"})
        String interval,

        List<SeriesView> series) {
    record SeriesView(
            String name,
            Map<String, String> labels,

            @ArraySchema(
                    arraySchema =
                            @Schema(
                                    description =
                                            "[epoch_ms, avg, min, max], ascending; the time is the bucket's start"),
                    schema = @Schema(implementation = double[].class))
            @JsonSerialize(using = PointsSerializer.class)
            Curve.Drawn points) {}

    static MetricsView of(CurveQuery query, Interval interval, Map<SeriesName, Curve.Drawn> curves) {
        return new MetricsView(
                query.agent(),
                Instant.ofEpochMilli(query.from()),
                Instant.ofEpochMilli(query.to()),
                interval.spelled(),
                curves.entrySet().stream()
                        .map(curve -> new SeriesView(
                                curve.getKey().name(), curve.getKey().labels(), curve.getValue()))
                        .toList());
    }

    /// Writes numbers straight from their arrays, whole ones without a fraction.
    static final class PointsSerializer extends ValueSerializer<Curve.Drawn> {
        private static final double EXACT_BELOW = 0x1p53;

        @Override
        public void serialize(Curve.Drawn points, JsonGenerator json, SerializationContext context) {
            json.writeStartArray();
            for (var i = 0; i < points.size(); i++) {
                json.writeStartArray();
                json.writeNumber(points.times()[i]);
                write(json, points.averages()[i]);
                write(json, points.minima()[i]);
                write(json, points.maxima()[i]);
                json.writeEndArray();
            }
            json.writeEndArray();
        }

        private static void write(JsonGenerator json, double value) {
            var whole = (long) value;
            if (Math.abs(value) < EXACT_BELOW
                    && Double.doubleToRawLongBits(whole) == Double.doubleToRawLongBits(value)) {
                json.writeNumber(whole);
            } else if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeNull();
            }
        }
    }
}
