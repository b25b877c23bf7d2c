package io.wardroom.ingest.batch;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/// Validates a batch in one pass over its tokens and packs its measured values on the way.
public final class BatchParser {
    // what no item may need; an item's own bounds are narrower
    private static final int LONGEST_STRING = 1 << 20;
    private static final int LONGEST_NUMBER = 400;
    private static final int LONGEST_NAME = 256;
    private static final int POOLED = 16;

    private final JsonFactory json = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.newBoundedPool(POOLED))
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(BatchLimits.DEPTH)
                    .maxStringLength(LONGEST_STRING)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxNameLength(LONGEST_NAME)
                    .build())
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();
    private final ArrayBlockingQueue<Scratch> idle = new ArrayBlockingQueue<>(POOLED);
    private final BatchLimits limits;
    private final KnownLayouts layouts;

    public BatchParser(BatchLimits limits, KnownLayouts layouts) {
        this.limits = limits;
        this.layouts = layouts;
    }

    /// @param length how many of the bytes are the batch
    /// @param now    the time of what carries none, and what times are held against
    /// @throws MalformedBatch if nothing of it can be taken
    public ParsedBatch parse(byte[] body, int length, TenantId tenant, Allowance allowance, Instant now)
            throws MalformedBatch {
        var pooled = idle.poll();
        var scratch = pooled == null ? new Scratch() : pooled;
        try {
            return parse(body, length, tenant, allowance, now, scratch);
        } finally {
            if (scratch.isWorthKeeping()) {
                idle.offer(scratch);
            }
        }
    }

    private ParsedBatch parse(
            byte[] body, int length, TenantId tenant, Allowance allowance, Instant now, Scratch scratch)
            throws MalformedBatch {
        var start = startOfJson(body, length);
        try (var parser = json.createParser(ObjectReadContext.empty(), body, start, length - start)) {
            var reader = new BatchReader(json, body, start, parser, limits, layouts, scratch, tenant, allowance, now);
            try {
                return reader.read();
            } catch (JacksonException broken) {
                throw MalformedBatch.at(reader.path(), reader.faultOf(broken));
            }
        }
    }

    /// JSON is UTF-8 (RFC 8259, section 8.1); the parser would otherwise guess UTF-16 and UTF-32 too.
    private static int startOfJson(byte[] body, int length) throws MalformedBatch {
        if (length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF) {
            return 3;
        }
        for (var i = 0; i < Math.min(4, length); i++) {
            if (body[i] == 0 || body[i] == (byte) 0xFE || body[i] == (byte) 0xFF) {
                throw MalformedBatch.at("body", "must be JSON in UTF-8");
            }
        }
        return 0;
    }
}
