package io.wardroom.ingest.otlp;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.DataPointFlags;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.ingest.batch.Allowance;
import io.wardroom.ingest.batch.BatchLimits;
import io.wardroom.ingest.batch.KnownLayouts;
import io.wardroom.ingest.batch.MalformedBatch;
import io.wardroom.ingest.batch.ParsedBatch;
import io.wardroom.ingest.batch.PointBatch;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads an OTLP request as a batch. Gauges and cumulative sums are taken; what cannot be stored exactly is refused
/// point by point.
public final class OtlpReader {
    private static final long NANOS_A_MILLI = 1_000_000;

    private final BatchLimits limits;
    private final KnownLayouts layouts;
    private final int mostFields;

    /// @param mostFields of one request
    public OtlpReader(BatchLimits limits, KnownLayouts layouts, int mostFields) {
        this.limits = limits;
        this.layouts = layouts;
        this.mostFields = mostFields;
    }

    /// @param length how many of the bytes are the request
    /// @throws MalformedBatch if they are no request of this form
    public ParsedBatch read(OtlpForm form, byte[] body, int length, TenantId tenant, Allowance allowance, Instant now)
            throws MalformedBatch {
        var batch = new PointBatch(limits, layouts, allowance, tenant, now);
        read(form.read(body, length, mostFields), batch);
        return batch.toBatch();
    }

    private static void read(ExportMetricsServiceRequest request, PointBatch batch) {
        // what one scraper of a collector brings has one time and always the same series: it is stored together
        var group = 0;
        for (var ofResource : request.getResourceMetricsList()) {
            var resource = attributes(ofResource.getResource().getAttributesList());
            for (var ofScope : ofResource.getScopeMetricsList()) {
                group++;
                for (var metric : ofScope.getMetricsList()) {
                    read(metric, resource, group, batch);
                }
            }
        }
    }

    private static void read(Metric metric, @Nullable SortedMap<String, String> resource, int group, PointBatch batch) {
        switch (metric.getDataCase()) {
            case GAUGE -> read(metric, resource, metric.getGauge().getDataPointsList(), group, batch);
            case SUM -> {
                if (metric.getSum().getAggregationTemporality()
                        == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE) {
                    read(metric, resource, metric.getSum().getDataPointsList(), group, batch);
                } else {
                    refuse(metric.getSum().getDataPointsCount(), "a sum must be cumulative, not delta", batch);
                }
            }
            case HISTOGRAM -> refuse(metric.getHistogram().getDataPointsCount(), "histograms are not taken", batch);
            case EXPONENTIAL_HISTOGRAM ->
                refuse(metric.getExponentialHistogram().getDataPointsCount(), "histograms are not taken", batch);
            case SUMMARY -> refuse(metric.getSummary().getDataPointsCount(), "summaries are not taken", batch);
            case DATA_NOT_SET -> {}
        }
    }

    private static void refuse(int points, String why, PointBatch batch) {
        for (var i = 0; i < points; i++) {
            batch.refuse(why);
        }
    }

    private static void read(
            Metric metric,
            @Nullable SortedMap<String, String> resource,
            List<NumberDataPoint> points,
            int group,
            PointBatch batch) {
        for (var point : points) {
            if ((point.getFlags() & DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE) != 0) {
                // it tells that the series ended, not what it was
                continue;
            }
            var attributes = attributes(point.getAttributesList());
            if (attributes == null || resource == null) {
                batch.refuse("attributes must be texts, numbers or booleans");
            } else if (point.getValueCase() == NumberDataPoint.ValueCase.VALUE_NOT_SET) {
                batch.refuse("a point has no value");
            } else {
                batch.add(
                        group,
                        metric.getName(),
                        HostConventions.labels(metric.getName(), resource, attributes),
                        // unsigned in OTLP: beyond a long it lies too far ahead either way
                        Long.divideUnsigned(point.getTimeUnixNano(), NANOS_A_MILLI),
                        point.getValueCase() == NumberDataPoint.ValueCase.AS_INT
                                ? point.getAsInt()
                                : point.getAsDouble());
            }
        }
    }

    /// @return null where one is no single value
    private static @Nullable SortedMap<String, String> attributes(List<KeyValue> attributes) {
        var texts = new TreeMap<String, String>();
        for (var attribute : attributes) {
            var text = text(attribute.getValue());
            if (text == null) {
                return null;
            }
            texts.put(attribute.getKey(), text);
        }
        return texts;
    }

    private static @Nullable String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            case INT_VALUE -> String.valueOf(value.getIntValue());
            case DOUBLE_VALUE -> String.valueOf(value.getDoubleValue());
            case VALUE_NOT_SET -> "";
            default -> null;
        };
    }
}
