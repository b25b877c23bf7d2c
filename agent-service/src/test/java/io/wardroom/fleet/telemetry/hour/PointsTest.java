package io.wardroom.fleet.telemetry.hour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PointsTest {
    @Test
    void areASetInWhichTheLaterWriteWins() {
        var random = new Random(11);
        for (var round = 0; round < 500; round++) {
            var gathering = new Points.Gathering();
            var expected = new TreeMap<Long, Double>();
            for (var i = 0; i < random.nextInt(300); i++) {
                var time = random.nextLong(round % 2 == 0 ? 50 : 100_000);
                var value = random.nextDouble();
                gathering.add(time, value);
                expected.put(time, value);
            }

            var points = gathering.toPoints();

            assertThat(points.times())
                    .isEqualTo(expected.keySet().stream()
                            .mapToLong(Long::longValue)
                            .toArray());
            assertThat(points.values())
                    .isEqualTo(expected.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray());
        }
    }
}
