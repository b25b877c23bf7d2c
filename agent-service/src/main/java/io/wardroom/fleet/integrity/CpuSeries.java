package io.wardroom.fleet.integrity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.ValueCodec;
import java.util.OptionalDouble;
import org.springframework.stereotype.Component;

/// Finds among the values of a moment how busy the whole machine was: what it was not idle, or the one figure that a
/// source without modes gives.
@Component
class CpuSeries {
    private static final String NAME = "system.cpu.utilization";
    private static final int MOST_LAYOUTS = 10_000;

    private final Cache<ByteString, Place> places =
            Caffeine.newBuilder().maximumSize(MOST_LAYOUTS).build();

    /// @param plain    position of the figure without a mode; negative where there is none
    /// @param idle     position of the mode idle; negative where there is none
    /// @param last     the last position that is of interest
    private record Place(int plain, int idle, int last) {
        boolean isFound() {
            return last >= 0;
        }
    }

    OptionalDouble busy(SeriesLayout layout, ByteString id, ByteString packed) {
        var place = places.get(id, _ -> find(layout));
        if (!place.isFound()) {
            return OptionalDouble.empty();
        }
        try {
            var values = ValueCodec.unpack(packed, place.last() + 1);
            return OptionalDouble.of(place.plain() >= 0 ? values[place.plain()] : 1 - values[place.idle()]);
        } catch (IllegalArgumentException misfit) {
            return OptionalDouble.empty();
        }
    }

    private static Place find(SeriesLayout layout) {
        var plain = -1;
        var idle = -1;
        for (var i = 0; i < layout.series().size(); i++) {
            var series = layout.series().get(i);
            if (series.name().equals(NAME) && !series.labels().containsKey("cpu")) {
                var mode = series.labels().get("mode");
                if (mode == null) {
                    plain = i;
                } else if (mode.equals("idle")) {
                    idle = i;
                }
            }
        }
        return new Place(plain, plain >= 0 ? -1 : idle, plain >= 0 ? plain : idle);
    }
}
