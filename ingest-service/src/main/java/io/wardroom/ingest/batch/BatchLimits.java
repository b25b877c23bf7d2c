package io.wardroom.ingest.batch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How much one batch may hold.
///
/// @param body         both as sent and after decompression; more is answered 413
/// @param items        more is answered 413
/// @param samples      of one batch, all items together; an item beyond is rejected
/// @param itemSamples  of one `metrics` item
/// @param labels       of one sample
/// @param nameLength   characters of a metric's name
/// @param labelLength  characters of a label's key; a label's value may be twice as long
/// @param item         of one item that is no metric, as JSON on its topic
/// @param oldest       how far back an item's time may lie
/// @param ahead        how far ahead of the hub's clock an item's time may lie
@ConfigurationProperties("wardroom.ingest.limits")
public record BatchLimits(
        @DefaultValue("4MB") DataSize body,
        @DefaultValue("5000") int items,
        @DefaultValue("20000") int samples,
        @DefaultValue("5000") int itemSamples,
        @DefaultValue("32") int labels,
        @DefaultValue("255") int nameLength,
        @DefaultValue("128") int labelLength,
        @DefaultValue("880KB") DataSize item,
        @DefaultValue("7d") Duration oldest,
        @DefaultValue("1d") Duration ahead) {
    /// Objects and arrays inside each other; deeper JSON is answered 400.
    static final int DEPTH = 32;

    public int bodyBytes() {
        return Math.toIntExact(body.toBytes());
    }

    int itemBytes() {
        return Math.toIntExact(item.toBytes());
    }
}
