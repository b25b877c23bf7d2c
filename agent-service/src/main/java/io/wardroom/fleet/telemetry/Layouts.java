package io.wardroom.fleet.telemetry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.proto.Label;
import io.wardroom.common.telemetry.proto.Layout;
import io.wardroom.common.tenant.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// The lists of series that packed values stand for. A layout never changes, so what was read once is remembered.
@Repository
public class Layouts {
    private record Key(TenantId tenant, ByteString id) {}

    private final JdbcClient jdbc;
    private final Cache<Key, SeriesLayout> known;

    Layouts(JdbcClient jdbc, TelemetryProperties properties) {
        this.jdbc = jdbc;
        this.known = Caffeine.newBuilder()
                .maximumWeight(properties.layoutCacheSeries())
                .<Key, SeriesLayout>weigher((_, layout) -> 1 + layout.series().size())
                .build();
    }

    /// Reads a layout from its message.
    ///
    /// @throws IllegalArgumentException if its id is not that of its series and this tenant
    static SeriesLayout read(TenantId tenant, byte[] message) {
        Layout layout;
        try {
            layout = Layout.parseFrom(message);
        } catch (InvalidProtocolBufferException malformed) {
            throw new IllegalArgumentException("not a Protobuf Layout", malformed);
        }
        var series = toSeries(layout);
        if (series.series().isEmpty() || !series.id(tenant).equals(layout.getLayoutId())) {
            throw new IllegalArgumentException("the layout's id is not that of its series");
        }
        return series;
    }

    /// Keeps layouts; those that are there already stay as they are.
    void store(TenantId tenant, Collection<SeriesLayout> layouts) {
        // in one order for every writer, so that two with the same layouts cannot wait for each other in a circle
        var sorted = new TreeMap<ByteString, SeriesLayout>(ByteString.unsignedLexicographicalComparator());
        layouts.forEach(layout -> sorted.put(layout.id(tenant), layout));
        sorted.forEach((id, layout) -> jdbc.sql("""
                        insert into metric_layout (tenant_id, layout_id, series, series_count)
                        values (:tenant, :id, :series, :count)
                        on conflict do nothing
                        """)
                .param("tenant", tenant.value())
                .param("id", id.toByteArray())
                .param(
                        "series",
                        layout.toProto(tenant).toBuilder()
                                .clearLayoutId()
                                .build()
                                .toByteArray())
                .param("count", layout.series().size())
                .update());
    }

    /// A layout that was read before, without asking the database.
    Optional<SeriesLayout> remembered(TenantId tenant, ByteString id) {
        return Optional.ofNullable(known.getIfPresent(new Key(tenant, id)));
    }

    /// Those of `ids` that are known; one whose message has not come yet is absent.
    public Map<ByteString, SeriesLayout> find(TenantId tenant, Collection<ByteString> ids) {
        var found = new HashMap<ByteString, SeriesLayout>();
        var missing = new ArrayList<byte[]>();
        for (var id : ids) {
            remembered(tenant, id)
                    .ifPresentOrElse(layout -> found.put(id, layout), () -> missing.add(id.toByteArray()));
        }
        if (!missing.isEmpty()) {
            jdbc.sql("""
                            select layout_id, series from metric_layout
                            where tenant_id = :tenant and layout_id = any (:ids)
                            """)
                    .param("tenant", tenant.value())
                    .param("ids", missing.toArray(byte[][]::new))
                    .query((row, _) -> Map.entry(ByteString.copyFrom(row.getBytes(1)), stored(row.getBytes(2))))
                    .list()
                    .forEach(entry -> {
                        found.put(entry.getKey(), entry.getValue());
                        known.put(new Key(tenant, entry.getKey()), entry.getValue());
                    });
        }
        return found;
    }

    private static SeriesLayout stored(byte[] message) {
        try {
            return toSeries(Layout.parseFrom(message));
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalStateException("a stored layout cannot be read", damaged);
        }
    }

    private static SeriesLayout toSeries(Layout layout) {
        var series = new ArrayList<SeriesName>(layout.getSeriesCount());
        for (var one : layout.getSeriesList()) {
            var labels = new TreeMap<String, String>();
            for (Label label : one.getLabelsList()) {
                labels.put(label.getKey(), label.getValue());
            }
            series.add(new SeriesName(one.getName(), labels));
        }
        return new SeriesLayout(List.copyOf(series));
    }
}
