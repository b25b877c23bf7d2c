package io.wardroom.agent.spool;

import java.security.SecureRandom;
import java.util.UUID;

/// Ids of batches: UUIDs of version 7 (RFC 9562), which sort by the time they were made.
public final class BatchId {
    private static final SecureRandom RANDOM = new SecureRandom();

    private BatchId() {}

    /// @param epochMillis the batch's time; 48 bits of it are kept
    public static UUID at(long epochMillis) {
        var high = epochMillis << 16 | 0x7000 | RANDOM.nextInt(1 << 12);
        var low = RANDOM.nextLong() >>> 2 | 1L << 63;
        return new UUID(high, low);
    }
}
