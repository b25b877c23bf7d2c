package io.wardroom.fleet.inventory;

import static io.wardroom.fleet.inventory.Shape.number;
import static io.wardroom.fleet.inventory.Shape.text;
import static io.wardroom.fleet.inventory.Shape.time;
import static io.wardroom.fleet.inventory.Shape.whole;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Received;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a host did at one moment: its busiest processes, or its connections.
record Activity(TenantId tenant, UUID agent, Kind kind, Instant observedAt, List<Map<String, @Nullable Object>> items) {
    enum Kind {
        PROCESSES(
                Shape.of(
                        whole("pid"),
                        whole("ppid"),
                        text("name"),
                        text("user"),
                        number("cpu"),
                        whole("rss_bytes"),
                        text("command"),
                        time("started_at")),
                "pid",
                "processes"),
        CONNECTIONS(
                Shape.of(
                        text("remote_ip"),
                        whole("remote_port"),
                        whole("local_port"),
                        text("protocol"),
                        text("direction"),
                        text("process")),
                "remote_ip",
                "connection");

        /// More than an agent tells, and little enough to be answered whole.
        private static final int MOST = 500;

        private final Shape shape;
        private final String needed;
        private final String itemType;

        Kind(Shape shape, String needed, String itemType) {
            this.shape = shape;
            this.needed = needed;
            this.itemType = itemType;
        }

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }

        Shape shape() {
            return shape;
        }
    }

    /// The newest of each kind in a record. An item is a row, or all rows under `items`; those of one moment belong
    /// together.
    static List<Activity> allIn(Received received) {
        var found = new EnumMap<Kind, Activity>(Kind.class);
        for (var item : received.items()) {
            for (var kind : Kind.values()) {
                if (kind.itemType.equals(item.path("type").asString(""))) {
                    found.merge(kind, read(received, kind, item), Activity::with);
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static Activity read(Received received, Kind kind, JsonNode item) {
        var list = item.path("items");
        var rows = new ArrayList<Map<String, @Nullable Object>>();
        for (var row : list.isArray() ? list : List.of(item)) {
            var values = kind.shape().read(row);
            if (values.get(kind.needed) != null && rows.size() < Kind.MOST) {
                rows.add(values);
            }
        }
        var at = Observation.time(item.path("observed_at")).filter(moment -> moment.isBefore(received.at()));
        return new Activity(received.tenant(), received.agent(), kind, at.orElse(received.at()), rows);
    }

    private Activity with(Activity other) {
        if (!observedAt.equals(other.observedAt)) {
            return observedAt.isAfter(other.observedAt) ? this : other;
        }
        var rows = new ArrayList<>(items);
        other.items.stream().limit(Kind.MOST - rows.size()).forEach(rows::add);
        return new Activity(tenant, agent, kind, observedAt, rows);
    }
}
