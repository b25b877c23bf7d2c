package io.wardroom.fleet.telemetry.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DayCodecTest {
    @Test
    void givesBackEverySummary() {
        var random = new Random(7);
        for (var round = 0; round < 300; round++) {
            var series = someDays(random);

            var packed = DayCodec.pack(series);

            var unpacked = DayCodec.unpack(packed, series.size());
            for (var i = 0; i < series.size(); i++) {
                assertThat(unpacked.get(i)).containsExactly(series.get(i));
                var chunk = Arrays.copyOfRange(packed.chunks(), packed.offsets()[i], packed.offsets()[i + 1]);
                assertThat(DayCodec.unpack(chunk)).containsExactly(series.get(i));
            }
        }
    }

    @Test
    void refusesWhatIsDamagedWithoutAnyOtherFailure() {
        var random = new Random(8);
        for (var round = 0; round < 2_000; round++) {
            var series = someDays(random);
            var packed = DayCodec.pack(series);
            var chunks = packed.chunks().clone();
            chunks[random.nextInt(chunks.length)] ^= (byte) (1 << random.nextInt(8));
            var damaged = random.nextBoolean()
                    ? new PackedDay(packed.offsets(), chunks)
                    : new PackedDay(packed.offsets(), Arrays.copyOf(chunks, random.nextInt(chunks.length)));

            var failure = catchThrowable(() -> DayCodec.unpack(damaged, series.size()));

            assertThat(failure).satisfiesAnyOf(none -> assertThat(none).isNull(), refused -> assertThat(refused)
                    .isExactlyInstanceOf(IllegalArgumentException.class));
        }
    }

    private static List<@Nullable Summary[]> someDays(Random random) {
        var series = new ArrayList<@Nullable Summary[]>();
        for (var i = 0; i <= random.nextInt(5); i++) {
            var hours = new @Nullable Summary[DayCodec.HOURS];
            for (var hour = 0; hour < hours.length; hour++) {
                if (random.nextBoolean()) {
                    hours[hour] = new Summary(
                            1 + random.nextInt(3_600_000),
                            random.nextGaussian() * 1e9,
                            random.nextInt(100) / 100.0,
                            -0.0);
                }
            }
            series.add(hours);
        }
        return series;
    }
}
