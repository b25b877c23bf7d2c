package io.wardroom.fleet.telemetry.hour;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SummaryTest {
    @Test
    void agreesWithExactArithmetic() {
        var random = new Random(3);
        for (var round = 0; round < 200; round++) {
            var sum = new Summary.Sum();
            var exact = BigDecimal.ZERO;
            var count = 1 + random.nextInt(500);
            for (var i = 0; i < count; i++) {
                var value = random.nextGaussian() * Math.pow(10, random.nextInt(18));
                sum.add(value);
                exact = exact.add(new BigDecimal(value));
            }

            var summary = sum.toSummary();

            assertThat(summary.count()).isEqualTo(count);
            assertThat(summary.sum()).isEqualTo(exact.doubleValue());
        }
    }

    @Test
    void summarisesSummariesAsItWouldTheirPoints() {
        var all = new Summary.Sum();
        var first = new Summary.Sum();
        var second = new Summary.Sum();
        for (var i = 0; i < 100; i++) {
            all.add(i / 10.0);
            (i < 37 ? first : second).add(i / 10.0);
        }

        var together = new Summary.Sum();
        together.add(first.toSummary());
        together.add(second.toSummary());

        assertThat(together.toSummary()).isEqualTo(all.toSummary());
    }

    @Test
    void theMeanOfOneValueIsThatValue() {
        var sum = new Summary.Sum();
        for (var i = 0; i < 10; i++) {
            sum.add(0.1);
        }

        assertThat(sum.toSummary().mean()).isEqualTo(0.1);
    }
}
