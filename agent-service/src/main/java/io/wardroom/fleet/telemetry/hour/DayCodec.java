package io.wardroom.fleet.telemetry.hour;

import com.google.protobuf.ByteString;
import io.wardroom.common.telemetry.ValueCodec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Packs the hourly summaries of a day: a bit an hour in three bytes, a varint count for each hour that is there, then
/// sum, least and greatest of each as [ValueCodec] packs them.
public final class DayCodec {
    public static final int HOURS = 24;

    private static final int MASK_BYTES = 3;
    private static final int FIELDS = 3;

    private DayCodec() {}

    /// @param series for each series its 24 hours, null where there is none
    public static PackedDay pack(List<@Nullable Summary[]> series) {
        var out = new ByteArrayOutputStream();
        var offsets = new int[series.size() + 1];
        for (var i = 0; i < series.size(); i++) {
            pack(series.get(i), out);
            offsets[i + 1] = out.size();
        }
        return new PackedDay(offsets, out.toByteArray());
    }

    private static void pack(@Nullable Summary[] hours, ByteArrayOutputStream out) {
        var mask = 0;
        var fields = new double[HOURS * FIELDS];
        var count = 0;
        for (var hour = 0; hour < HOURS; hour++) {
            var summary = hours[hour];
            if (summary != null) {
                mask |= 1 << hour;
                fields[count++] = summary.sum();
                fields[count++] = summary.min();
                fields[count++] = summary.max();
            }
        }
        for (var i = 0; i < MASK_BYTES; i++) {
            out.write(mask >> 8 * i);
        }
        for (var summary : hours) {
            if (summary != null) {
                Varint.write(summary.count(), out);
            }
        }
        out.writeBytes(ValueCodec.pack(fields, count).toByteArray());
    }

    /// Unpacks every series.
    ///
    /// @param count how many series its layout has
    /// @throws IllegalArgumentException if the packed form is damaged
    public static List<@Nullable Summary[]> unpack(PackedDay packed, int count) {
        var offsets = packed.offsets();
        if (offsets.length != count + 1 || offsets[0] != 0 || offsets[count] != packed.chunks().length) {
            throw new IllegalArgumentException("%d offsets for %d series".formatted(offsets.length, count));
        }
        var series = new ArrayList<@Nullable Summary[]>(count);
        for (var i = 0; i < count; i++) {
            if (offsets[i + 1] < offsets[i]) {
                throw new IllegalArgumentException("roll-ups overlap");
            }
            series.add(unpack(ByteBuffer.wrap(packed.chunks(), offsets[i], offsets[i + 1] - offsets[i])));
        }
        return series;
    }

    /// Unpacks one series that was cut out: its 24 hours, null where there is none.
    ///
    /// @throws IllegalArgumentException if the packed form is damaged
    public static @Nullable Summary[] unpack(byte[] chunk) {
        return unpack(ByteBuffer.wrap(chunk));
    }

    private static @Nullable Summary[] unpack(ByteBuffer in) {
        if (in.remaining() < MASK_BYTES) {
            throw new IllegalArgumentException("roll-ups are cut off");
        }
        var mask = in.get() & 0xFF | (in.get() & 0xFF) << 8 | (in.get() & 0xFF) << 16;
        var present = Integer.bitCount(mask);
        var counts = new long[present];
        for (var i = 0; i < present; i++) {
            counts[i] = Varint.read(in);
            if (counts[i] < 1 || counts[i] > HourCodec.HOUR_MILLIS) {
                throw new IllegalArgumentException("%d points in an hour".formatted(counts[i]));
            }
        }
        var rest = ByteString.copyFrom(in);
        if (PackedValues.count(rest) != present * FIELDS) {
            throw new IllegalArgumentException("roll-ups of %d hours have other values".formatted(present));
        }
        var fields = ValueCodec.unpack(rest, present * FIELDS);
        var hours = new @Nullable Summary[HOURS];
        var next = 0;
        for (var hour = 0; hour < HOURS; hour++) {
            if ((mask >> hour & 1) == 1) {
                hours[hour] = new Summary(
                        counts[next], fields[next * FIELDS], fields[next * FIELDS + 1], fields[next * FIELDS + 2]);
                next++;
            }
        }
        return hours;
    }
}
