package io.wardroom.audit.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
    private static final DoubleSupplier MIDDLE = () -> 0.5;

    @Test
    void tenTriesTakeAboutThreeDays() {
        var whole = Duration.ZERO;
        var tries = 1;
        while (true) {
            var pause = RetrySchedule.pauseBehind(tries, RetrySchedule.TRIES, null, MIDDLE);
            if (pause.isEmpty()) {
                break;
            }
            whole = whole.plus(pause.get());
            tries++;
        }

        assertThat(tries).isEqualTo(10);
        assertThat(whole).isBetween(Duration.ofHours(75), Duration.ofHours(76));
    }

    @Test
    void aPauseVariesByATenth() {
        assertThat(RetrySchedule.pauseBehind(1, 10, null, () -> 0)).contains(Duration.ofMillis(4_500));
        assertThat(RetrySchedule.pauseBehind(1, 10, null, () -> 1)).contains(Duration.ofMillis(5_500));
        assertThat(RetrySchedule.pauseBehind(2, 10, null, MIDDLE)).contains(Duration.ofMinutes(5));
    }

    @Test
    void whatTheReceiverAsksForOnlyLengthensAPause() {
        assertThat(RetrySchedule.pauseBehind(1, 10, Duration.ofMinutes(2), MIDDLE))
                .contains(Duration.ofMinutes(2));
        assertThat(RetrySchedule.pauseBehind(2, 10, Duration.ofSeconds(1), MIDDLE))
                .contains(Duration.ofMinutes(5));
    }

    @Test
    void aTestIsTriedOnce() {
        assertThat(RetrySchedule.pauseBehind(1, 1, null, MIDDLE)).isEmpty();
    }
}
