package io.wardroom.common.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/// Packs measured values without losing a bit. What agents report are short decimals (`0.2513`, `1048576`), so a value
/// is a mantissa and a power of ten in one varint; the rare one that is no short decimal keeps its eight bytes.
///
/// One value is the varint `zigzag(mantissa) << 4 | exponent`, value = mantissa / 10^exponent with exponent 0 to 14;
/// exponent 15 announces the IEEE 754 double in the eight little-endian bytes that follow.
public final class ValueCodec {
    /// The most bytes one value can take.
    public static final int WIDEST = 10;

    private static final int RAW = 15;
    // a mantissa of at most 53 bits: the division by a power of ten is then the nearest double to the decimal
    private static final double LARGEST_MANTISSA = 0x1p53;
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14
    };

    private ValueCodec() {}

    /// The smallest exponent with which `value` can be given back exactly, or -1 if there is none.
    public static int exponentOf(double value) {
        for (var exponent = 0; exponent < POWERS.length; exponent++) {
            var scaled = Math.rint(value * POWERS[exponent]);
            if (Math.abs(scaled) >= LARGEST_MANTISSA) {
                return -1;
            }
            // compares bits, so that -0.0 is not taken for 0.0
            if (Double.doubleToRawLongBits((long) scaled / POWERS[exponent]) == Double.doubleToRawLongBits(value)) {
                return exponent;
            }
        }
        return -1;
    }

    /// The power of ten for an exponent from 0 to 14.
    public static double power(int exponent) {
        return POWERS[exponent];
    }

    /// Packs the first `count` of `values`.
    public static ByteString pack(double[] values, int count) {
        var packed = new byte[count * (WIDEST + 1)];
        var out = CodedOutputStream.newInstance(packed);
        try {
            for (var i = 0; i < count; i++) {
                write(out, values[i]);
            }
            return ByteString.copyFrom(packed, 0, out.getTotalBytesWritten());
        } catch (IOException impossible) {
            throw new IllegalStateException("an array of the widest size took no more values", impossible);
        }
    }

    private static void write(CodedOutputStream out, double value) throws IOException {
        var exponent = exponentOf(value);
        if (exponent < 0) {
            out.writeUInt64NoTag(RAW);
            out.writeFixed64NoTag(Double.doubleToRawLongBits(value));
            return;
        }
        var mantissa = (long) Math.rint(value * POWERS[exponent]);
        out.writeUInt64NoTag(CodedOutputStream.encodeZigZag64(mantissa) << 4 | exponent);
    }

    /// Unpacks `count` values.
    ///
    /// @throws IllegalArgumentException if `packed` holds fewer or is malformed
    public static double[] unpack(ByteString packed, int count) {
        var in = packed.newCodedInput();
        var values = new double[count];
        try {
            for (var i = 0; i < count; i++) {
                values[i] = read(in);
            }
            return values;
        } catch (IOException malformed) {
            throw new IllegalArgumentException("not %d packed values".formatted(count), malformed);
        }
    }

    private static double read(CodedInputStream in) throws IOException {
        var word = in.readUInt64();
        var exponent = (int) (word & 15);
        if (exponent == RAW) {
            return Double.longBitsToDouble(in.readFixed64());
        }
        return CodedInputStream.decodeZigZag64(word >>> 4) / POWERS[exponent];
    }
}
