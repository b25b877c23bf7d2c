package io.wardroom.fleet.alert.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.fleet.alert.rule.Progress.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
    private static final Instant BEGIN = Instant.parse("2026-03-29T00:30:00Z");
    private static final int MOMENTS = 400;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void everyWayThereAndBackIsThatOfTheModel(long seed) {
        for (var round = 0; round < 50; round++) {
            var random = new Random(seed * 1_000 + round);
            var lasting = Judge.STEP.multipliedBy(random.nextInt(8));
            var keepFiring = Judge.STEP.multipliedBy(random.nextInt(8));
            var truths = truths(random);

            assertThat(walk(truths, lasting, keepFiring))
                    .as("seed %d round %d, for %s, keep %s, %s", seed, round, lasting, keepFiring, truths)
                    .isEqualTo(model(truths, lasting, keepFiring));
        }
    }

    private static List<Truth> truths(Random random) {
        var truths = new ArrayList<Truth>();
        while (truths.size() < MOMENTS) {
            var truth = Truth.values()[random.nextInt(Truth.values().length)];
            var long_ = random.nextInt(4) == 0;
            for (var i = random.nextInt(long_ ? 20 : 4); i >= 0; i--) {
                truths.add(truth);
            }
        }
        return truths;
    }

    private static List<String> walk(List<Truth> truths, Duration lasting, Duration keepFiring) {
        var told = new ArrayList<String>();
        Progress progress = null;
        for (var i = 0; i < truths.size(); i++) {
            var step = Progress.next(progress, at(i), truths.get(i), lasting, keepFiring);
            if (step.change() != Change.NONE) {
                told.add(step.change() + " " + i);
            }
            progress = step.after();
        }
        return told;
    }

    /// The same from the whole history at each moment, without a state but what was told.
    private static List<String> model(List<Truth> truths, Duration lasting, Duration keepFiring) {
        var told = new ArrayList<String>();
        var firing = false;
        var resolvedAt = -1;
        for (var now = 0; now < truths.size(); now++) {
            if (!firing && truths.get(now) == Truth.TRUE) {
                // back over what held without a word against it or a silence too long
                var since = now;
                for (var i = now; i > resolvedAt && truths.get(i) != Truth.FALSE; i--) {
                    if (truths.get(i) == Truth.TRUE) {
                        if (Duration.between(at(i), at(since)).compareTo(Progress.STALE) > 0) {
                            break;
                        }
                        since = i;
                    }
                }
                if (Duration.between(at(since), at(now)).compareTo(lasting) >= 0) {
                    firing = true;
                    told.add("FIRED " + now);
                }
            } else if (firing && (truths.get(now) == Truth.FALSE || truths.get(now) == Truth.ABSENT)) {
                var since = now;
                for (var i = now; i > resolvedAt && truths.get(i) != Truth.TRUE; i--) {
                    since = truths.get(i) == Truth.SILENT ? since : i;
                }
                if (Duration.between(at(since), at(now)).compareTo(keepFiring) >= 0) {
                    firing = false;
                    resolvedAt = now;
                    told.add("RESOLVED " + now);
                }
            }
        }
        return told;
    }

    private static Instant at(int moment) {
        return BEGIN.plus(Judge.STEP.multipliedBy(moment));
    }
}
