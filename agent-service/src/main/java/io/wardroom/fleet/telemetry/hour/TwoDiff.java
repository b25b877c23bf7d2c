package io.wardroom.fleet.telemetry.hour;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.tsfile.encoding.decoder.DeltaBinaryDecoder.LongDeltaDecoder;
import org.apache.tsfile.encoding.encoder.DeltaBinaryEncoder.LongDeltaEncoder;

/// Apache TsFile's TS_2DIFF: blocks of differences less their least, in as few bits as the widest needs.
final class TwoDiff {
    /// Differences a block. A block costs 24 bytes of its own, a larger one has wider differences.
    static final int BLOCK = 512;

    private static final int BLOCK_HEADER_BYTES = 24;
    // differences of numbers of at most 53 bits, less the least of them
    private static final int WIDEST = 56;

    private TwoDiff() {}

    static void encode(long[] numbers, ByteArrayOutputStream out) {
        var encoder = new LongDeltaEncoder(Math.min(BLOCK, Math.max(1, numbers.length)));
        for (var number : numbers) {
            encoder.encode(number, out);
        }
        encoder.flush(out);
    }

    /// Takes `count` numbers, which must be all that `in` holds.
    ///
    /// @throws IllegalArgumentException if they are not; nothing is allocated for what a header merely claims
    static long[] decode(ByteBuffer in, int count) {
        check(in.duplicate(), count);
        var decoder = new LongDeltaDecoder();
        var numbers = new long[count];
        for (var i = 0; i < count; i++) {
            numbers[i] = decoder.readLong(in);
        }
        return numbers;
    }

    private static void check(ByteBuffer blocks, int count) {
        var found = 0L;
        while (blocks.hasRemaining()) {
            if (blocks.remaining() < BLOCK_HEADER_BYTES) {
                throw new IllegalArgumentException("a block is cut off");
            }
            var differences = blocks.getInt();
            var width = blocks.getInt();
            if (differences < 0 || differences > BLOCK || width < 0 || width > WIDEST) {
                throw new IllegalArgumentException(
                        "a block of %d differences, %d bits each".formatted(differences, width));
            }
            var bytes = BLOCK_HEADER_BYTES - 2 * Integer.BYTES + (differences * width + 7) / 8;
            if (blocks.remaining() < bytes) {
                throw new IllegalArgumentException("a block is cut off");
            }
            blocks.position(blocks.position() + bytes);
            found += differences + 1L;
        }
        if (found != count) {
            throw new IllegalArgumentException("%d numbers where there should be %d".formatted(found, count));
        }
    }
}
