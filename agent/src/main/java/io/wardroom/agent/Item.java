package io.wardroom.agent;

import io.wardroom.agent.inventory.Inventory;
import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.metrics.Sample;
import java.time.Instant;
import java.util.List;

/// One item of a batch, written already.
record Item(byte[] json) {
    static Item heartbeat(Instant at) {
        return new Item(Json.bytes(new Fields().with("type", "heartbeat").with("captured_at", at)));
    }

    static Item metrics(Instant at, List<Sample> samples) {
        return new Item(Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringProperty("type", "metrics");
            out.writeStringProperty("captured_at", at.toString());
            out.writeArrayPropertyStart("samples");
            for (var sample : samples) {
                Json.write(
                        out,
                        new Fields()
                                .with("name", sample.name())
                                .with("value", sample.value())
                                .with("labels", sample.labels()));
            }
            out.writeEndArray();
            out.writeEndObject();
        }));
    }

    static Item inventory(Inventory.Section section) {
        return new Item(Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringProperty("type", "inventory");
            out.writeStringProperty("section", section.name());
            out.writeStringProperty("observed_at", section.observedAt().toString());
            if (section.truncated()) {
                out.writeBooleanProperty("truncated", true);
                out.writeNumberProperty("total", section.total());
            }
            out.writeName("data");
            out.writeRawValue(new String(section.data(), java.nio.charset.StandardCharsets.UTF_8));
            out.writeEndObject();
        }));
    }

    static Item processes(Instant at, List<Fields> processes) {
        return new Item(Json.bytes(
                new Fields().with("type", "processes").with("observed_at", at).with("items", processes)));
    }

    /// All connections of the moment: that there are none is told too.
    static Item connections(Instant at, List<Fields> connections) {
        return new Item(Json.bytes(
                new Fields().with("type", "connection").with("observed_at", at).with("items", connections)));
    }

    static Item honeypot(Fields event) {
        return new Item(Json.bytes(event.with("type", "honeypot_event")));
    }

    static Item program(Instant at, Fields program) {
        return new Item(Json.bytes(program.with("type", "process_dna").with("observed_at", at)));
    }
}
