package io.wardroom.ingest.batch;

import java.nio.ByteBuffer;

/// SHA-256 over a tenant and everything in a moment's samples but their values: equal keys are equal series.
public record ShapeKey(long a, long b, long c, long d) {
    static ShapeKey of(byte[] digest) {
        var longs = ByteBuffer.wrap(digest);
        return new ShapeKey(longs.getLong(), longs.getLong(), longs.getLong(), longs.getLong());
    }
}
