package io.wardroom.fleet.telemetry.hour;

import io.wardroom.common.telemetry.ValueCodec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Packs an hour of one agent into columns, bit for bit.
///
/// A column of times is their number as a varint, then TS_2DIFF of the milliseconds since the hour began. A column of
/// values begins with a byte, kind in the high half and exponent in the low one:
///
/// - 0: one mantissa for all, a zigzag varint; value = mantissa / 10^exponent
/// - 1: a mantissa each, TS_2DIFF
/// - 2: an IEEE 754 double each, little-endian, for series in which some value is no short decimal
/// - 3: one such double for all
public final class HourCodec {
    /// The length of what is packed.
    public static final long HOUR_MILLIS = 3_600_000;

    private static final int CONSTANT = 0;
    private static final int DECIMALS = 1;
    private static final int DOUBLES = 2;
    private static final int CONSTANT_DOUBLE = 3;
    private static final int LARGEST_EXPONENT = 14;
    private static final long LARGEST_MANTISSA = 1L << 53;

    private HourCodec() {}

    /// Packs the points of an hour.
    ///
    /// @param hour   its begin, epoch milliseconds
    /// @param series their points, at least one each, all within the hour; the order is that of the layout
    public static PackedHour pack(long hour, List<Points> series) {
        var out = new ByteArrayOutputStream();
        var clocks = new LinkedHashMap<Clock, Integer>();
        var clockOf = new short[series.size()];
        var offsets = new ArrayList<Integer>(series.size() + 2);
        for (var i = 0; i < series.size(); i++) {
            var points = series.get(i);
            if (points.size() == 0) {
                throw new IllegalArgumentException("series %d has no point in this hour".formatted(i));
            }
            offsets.add(out.size());
            packValues(points.values(), out);
            int clock = clocks.computeIfAbsent(new Clock(points.times()), _ -> clocks.size());
            if (clock > Short.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "more than %d different columns of times".formatted(Short.MAX_VALUE));
            }
            clockOf[i] = (short) clock;
        }
        for (var clock : clocks.keySet()) {
            offsets.add(out.size());
            packTimes(hour, clock.times(), out);
        }
        offsets.add(out.size());
        return new PackedHour(
                offsets.stream().mapToInt(Integer::intValue).toArray(),
                clocks.size() > 1 ? clockOf : null,
                out.toByteArray());
    }

    /// Unpacks every series.
    ///
    /// @param hour  its begin, epoch milliseconds
    /// @param count how many series its layout has
    /// @throws IllegalArgumentException if the packed form is damaged
    public static List<Points> unpack(long hour, PackedHour packed, int count) {
        var offsets = packed.offsets();
        check(packed, count);
        var clocks = new long[offsets.length - 1 - count][];
        for (var i = 0; i < clocks.length; i++) {
            clocks[i] = unpackTimes(hour, slice(packed, count + i));
        }
        var series = new ArrayList<Points>(count);
        for (var i = 0; i < count; i++) {
            var times = clocks[clockOf(packed.clocks(), i, clocks.length)];
            series.add(new Points(times, unpackValues(slice(packed, i), times.length)));
        }
        return series;
    }

    /// Unpacks one series that was cut out.
    ///
    /// @param hour   its begin, epoch milliseconds
    /// @param times  its column of times
    /// @param values its column of values
    /// @throws IllegalArgumentException if either is damaged
    public static Points unpack(long hour, byte[] times, byte[] values) {
        var moments = unpackTimes(hour, ByteBuffer.wrap(times));
        return new Points(moments, unpackValues(ByteBuffer.wrap(values), moments.length));
    }

    private static int clockOf(short @Nullable [] clocks, int series, int known) {
        var clock = clocks == null ? 0 : clocks[series];
        if (clock < 0 || clock >= known) {
            throw new IllegalArgumentException("no column of times %d".formatted(clock));
        }
        return clock;
    }

    private static void check(PackedHour packed, int count) {
        var offsets = packed.offsets();
        var clocks = packed.clocks();
        if (count < 1 || offsets.length < count + 2 || clocks != null && clocks.length != count) {
            throw new IllegalArgumentException("%d offsets for %d series".formatted(offsets.length, count));
        }
        var last = 0;
        for (var offset : offsets) {
            if (offset < last) {
                throw new IllegalArgumentException("columns overlap");
            }
            last = offset;
        }
        if (offsets[0] != 0 || last != packed.chunks().length) {
            throw new IllegalArgumentException("columns do not fill their %d bytes".formatted(packed.chunks().length));
        }
    }

    private static ByteBuffer slice(PackedHour packed, int column) {
        var begin = packed.offsets()[column];
        return ByteBuffer.wrap(packed.chunks(), begin, packed.offsets()[column + 1] - begin)
                .slice();
    }

    private static void packTimes(long hour, long[] times, ByteArrayOutputStream out) {
        var sinceBegin = new long[times.length];
        var last = -1L;
        for (var i = 0; i < times.length; i++) {
            sinceBegin[i] = times[i] - hour;
            if (sinceBegin[i] <= last || sinceBegin[i] >= HOUR_MILLIS) {
                throw new IllegalArgumentException("times do not ascend within their hour");
            }
            last = sinceBegin[i];
        }
        Varint.write(times.length, out);
        TwoDiff.encode(sinceBegin, out);
    }

    private static long[] unpackTimes(long hour, ByteBuffer in) {
        var count = Varint.read(in);
        if (count < 1 || count > HOUR_MILLIS) {
            throw new IllegalArgumentException("%d points in an hour".formatted(count));
        }
        var times = TwoDiff.decode(in, (int) count);
        var last = -1L;
        for (var i = 0; i < times.length; i++) {
            if (times[i] <= last || times[i] >= HOUR_MILLIS) {
                throw new IllegalArgumentException("times do not ascend within their hour");
            }
            last = times[i];
            times[i] += hour;
        }
        return times;
    }

    private static void packValues(double[] values, ByteArrayOutputStream out) {
        var exponent = commonExponent(values);
        if (exponent < 0) {
            packDoubles(values, out);
            return;
        }
        var mantissas = new long[values.length];
        var constant = true;
        for (var i = 0; i < values.length; i++) {
            mantissas[i] = mantissa(values[i], exponent);
            constant &= mantissas[i] == mantissas[0];
        }
        out.write((constant ? CONSTANT : DECIMALS) << 4 | exponent);
        if (constant) {
            Varint.write(Varint.zigzag(mantissas[0]), out);
        } else {
            TwoDiff.encode(mantissas, out);
        }
    }

    /// The least exponent with which all values can be given back exactly, or -1.
    private static int commonExponent(double[] values) {
        var common = 0;
        for (var value : values) {
            var exponent = ValueCodec.exponentOf(value);
            if (exponent < 0) {
                return -1;
            }
            common = Math.max(common, exponent);
        }
        for (var value : values) {
            var mantissa = mantissa(value, common);
            if (Math.abs(mantissa) >= LARGEST_MANTISSA || !same(mantissa / ValueCodec.power(common), value)) {
                return -1;
            }
        }
        return common;
    }

    private static long mantissa(double value, int exponent) {
        return (long) Math.rint(value * ValueCodec.power(exponent));
    }

    private static boolean same(double one, double other) {
        return Double.doubleToRawLongBits(one) == Double.doubleToRawLongBits(other);
    }

    private static void packDoubles(double[] values, ByteArrayOutputStream out) {
        var constant = Arrays.stream(values).allMatch(value -> same(value, values[0]));
        var count = constant ? 1 : values.length;
        var bytes = ByteBuffer.allocate(count * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (var i = 0; i < count; i++) {
            bytes.putLong(Double.doubleToRawLongBits(values[i]));
        }
        out.write((constant ? CONSTANT_DOUBLE : DOUBLES) << 4);
        out.writeBytes(bytes.array());
    }

    private static double[] unpackValues(ByteBuffer in, int count) {
        if (!in.hasRemaining()) {
            throw new IllegalArgumentException("a column of values is empty");
        }
        var head = in.get() & 0xFF;
        var exponent = head & 15;
        if (exponent > LARGEST_EXPONENT) {
            throw new IllegalArgumentException("no exponent %d".formatted(exponent));
        }
        var values = new double[count];
        switch (head >> 4) {
            case CONSTANT -> Arrays.fill(values, decimal(Varint.unzigzag(Varint.read(in)), exponent));
            case DECIMALS -> {
                var mantissas = TwoDiff.decode(in, count);
                for (var i = 0; i < count; i++) {
                    values[i] = decimal(mantissas[i], exponent);
                }
            }
            case DOUBLES -> {
                requireBytes(in, (long) count * Double.BYTES);
                in.order(ByteOrder.LITTLE_ENDIAN);
                for (var i = 0; i < count; i++) {
                    values[i] = Double.longBitsToDouble(in.getLong());
                }
            }
            case CONSTANT_DOUBLE -> {
                requireBytes(in, Double.BYTES);
                Arrays.fill(
                        values,
                        Double.longBitsToDouble(
                                in.order(ByteOrder.LITTLE_ENDIAN).getLong()));
            }
            default -> throw new IllegalArgumentException("no kind of column %d".formatted(head >> 4));
        }
        requireBytes(in, 0);
        return values;
    }

    private static double decimal(long mantissa, int exponent) {
        if (mantissa <= -LARGEST_MANTISSA || mantissa >= LARGEST_MANTISSA) {
            throw new IllegalArgumentException("a mantissa of more than 53 bits");
        }
        return mantissa / ValueCodec.power(exponent);
    }

    private static void requireBytes(ByteBuffer in, long bytes) {
        if (in.remaining() != bytes) {
            throw new IllegalArgumentException("%d bytes where there should be %d".formatted(in.remaining(), bytes));
        }
    }

    /// Times as a key: series that were measured together share them.
    private record Clock(long[] times) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Clock clock && Arrays.equals(times, clock.times);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(times);
        }
    }
}
