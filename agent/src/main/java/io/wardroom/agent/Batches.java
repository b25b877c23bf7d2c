package io.wardroom.agent;

import io.wardroom.agent.spool.BatchId;
import io.wardroom.agent.spool.Spool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Makes batches of items: as many as needed so that none comes near the hub's limit.
final class Batches {
    /// The hub takes 4 MiB; one section of the inventory alone may have nearly one.
    private static final int TARGET_BYTES = 1 << 20;

    private static final int MAX_ITEMS = 250;

    private final String instanceId;
    private final String agentVersion;
    private final Clock clock;

    Batches(String instanceId, String agentVersion, Clock clock) {
        this.instanceId = instanceId;
        this.agentVersion = agentVersion;
        this.clock = clock;
    }

    /// Parts the items, in their order.
    static List<List<Item>> parted(List<Item> items) {
        var batches = new ArrayList<List<Item>>();
        var current = new ArrayList<Item>();
        int bytes = 0;
        for (var item : items) {
            if (!current.isEmpty() && (bytes + item.json().length > TARGET_BYTES || current.size() >= MAX_ITEMS)) {
                batches.add(List.copyOf(current));
                current.clear();
                bytes = 0;
            }
            current.add(item);
            bytes += item.json().length;
        }
        if (!current.isEmpty()) {
            batches.add(List.copyOf(current));
        }
        return batches;
    }

    /// A batch with an id of its own, made for good: each time it is sent, it is these bytes.
    Spool.Draft draft(long seq, List<Item> items) {
        var now = clock.instant();
        var batchId = BatchId.at(now.toEpochMilli());
        return new Spool.Draft(
                batchId, UUID.fromString(instanceId), items.size(), gzip(body(batchId, seq, now, items)));
    }

    byte[] body(UUID batchId, long seq, Instant sentAt, List<Item> items) {
        var bytes = new ByteArrayOutputStream(4096);
        bytes.writeBytes("""
                {"batch_id":"%s","instance_id":"%s","seq":%d,"sent_at":"%s","agent_version":"%s","items":[""".formatted(batchId, instanceId, seq, sentAt.truncatedTo(ChronoUnit.MILLIS), agentVersion)
                .getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                bytes.write(',');
            }
            bytes.writeBytes(items.get(i).json());
        }
        bytes.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] body) {
        var bytes = new ByteArrayOutputStream(body.length / 4 + 64);
        try (var gzip = new GZIPOutputStream(bytes) {
            {
                def.setLevel(Deflater.BEST_SPEED + 2);
            }
        }) {
            gzip.write(body);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
