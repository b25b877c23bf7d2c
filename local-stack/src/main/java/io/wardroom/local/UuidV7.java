package io.wardroom.local;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/// Ids that sort by the time they were made.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9562#section-5.7">RFC 9562, section 5.7</a>
final class UuidV7 {
    private static final SecureRandom RANDOM = new SecureRandom();

    private UuidV7() {}

    static UUID at(Instant moment) {
        var high = moment.toEpochMilli() << 16 | 0x7000 | RANDOM.nextInt(0x1000);
        var low = RANDOM.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
