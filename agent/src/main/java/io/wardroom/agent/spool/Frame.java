package io.wardroom.agent.spool;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/// One batch in a segment file: a header with a checksum over all of it, then the body.
///
/// @param length bytes in the file, header included
record Frame(long seq, UUID batchId, UUID instanceId, int items, byte[] body, int offset, int length) {
    static final int HEADER_BYTES = 56;
    static final int MAX_BODY_BYTES = 8 << 20;

    private static final int MAGIC = 0x57524231; // "WRB1"
    private static final int CHECKSUM_AT = 52;

    static byte[] encode(long seq, UUID batchId, UUID instanceId, int items, byte[] body) {
        var frame = ByteBuffer.allocate(HEADER_BYTES + body.length);
        frame.putInt(MAGIC).putInt(body.length).putLong(seq).putInt(items);
        frame.putLong(batchId.getMostSignificantBits()).putLong(batchId.getLeastSignificantBits());
        frame.putLong(instanceId.getMostSignificantBits()).putLong(instanceId.getLeastSignificantBits());
        frame.putInt(0).put(body);
        frame.putInt(CHECKSUM_AT, checksum(frame.array(), 0, frame.capacity()));
        return frame.array();
    }

    /// The first whole frame at or after `from`; what lies between is damaged.
    static Optional<Frame> next(byte[] segment, int from) {
        for (int at = from; at + HEADER_BYTES <= segment.length; at++) {
            var frame = at(segment, at);
            if (frame.isPresent()) {
                return frame;
            }
        }
        return Optional.empty();
    }

    private static Optional<Frame> at(byte[] segment, int at) {
        var buffer = ByteBuffer.wrap(segment);
        if (buffer.getInt(at) != MAGIC) {
            return Optional.empty();
        }
        var bodyBytes = buffer.getInt(at + 4);
        if (bodyBytes < 0 || bodyBytes > MAX_BODY_BYTES || bodyBytes > segment.length - at - HEADER_BYTES) {
            return Optional.empty();
        }
        var length = HEADER_BYTES + bodyBytes;
        if (buffer.getInt(at + CHECKSUM_AT) != checksum(segment, at, length)) {
            return Optional.empty();
        }
        return Optional.of(new Frame(
                buffer.getLong(at + 8),
                new UUID(buffer.getLong(at + 20), buffer.getLong(at + 28)),
                new UUID(buffer.getLong(at + 36), buffer.getLong(at + 44)),
                buffer.getInt(at + 16),
                Arrays.copyOfRange(segment, at + HEADER_BYTES, at + length),
                at,
                length));
    }

    /// Over the whole frame but the checksum's own four bytes.
    private static int checksum(byte[] bytes, int at, int length) {
        var crc = new CRC32C();
        crc.update(bytes, at, CHECKSUM_AT);
        crc.update(bytes, at + HEADER_BYTES, length - HEADER_BYTES);
        return (int) crc.getValue();
    }

    int end() {
        return offset + length;
    }
}
