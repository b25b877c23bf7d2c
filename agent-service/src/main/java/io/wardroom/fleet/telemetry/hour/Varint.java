package io.wardroom.fleet.telemetry.hour;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// Whole numbers in as few bytes as they need, seven bits a byte, the lowest first.
final class Varint {
    private static final int BITS = 64;

    private Varint() {}

    static void write(long number, ByteArrayOutputStream out) {
        var rest = number;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /// @throws IllegalArgumentException if it is cut off or longer than 64 bits
    static long read(ByteBuffer in) {
        var number = 0L;
        for (var shift = 0; shift < BITS; shift += 7) {
            if (!in.hasRemaining()) {
                throw new IllegalArgumentException("a number is cut off");
            }
            var part = in.get();
            number |= (long) (part & 0x7F) << shift;
            if (part >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number is longer than 64 bits");
    }

    /// Puts small numbers of either sign near zero.
    static long zigzag(long number) {
        return number << 1 ^ number >> 63;
    }

    static long unzigzag(long number) {
        return number >>> 1 ^ -(number & 1);
    }
}
