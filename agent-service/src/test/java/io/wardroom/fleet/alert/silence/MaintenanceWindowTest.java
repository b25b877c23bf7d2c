package io.wardroom.fleet.alert.silence;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.fleet.alert.silence.MaintenanceWindow.Weekly;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaintenanceWindowTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource({
        // a Saturday in winter: 23:00 there is 22:00 UTC
        "2026-01-17T21:59:59Z,false",
        "2026-01-17T22:00:00Z,true",
        "2026-01-18T00:59:59Z,true",
        "2026-01-18T01:00:00Z,false",
        // the Sunday is no day on which it begins
        "2026-01-18T22:30:00Z,false",
        // in summer an hour earlier
        "2026-07-18T21:00:00Z,true",
        "2026-07-18T20:59:59Z,false",
        "2026-07-19T00:00:00Z,false"
    })
    void itReachesOverMidnight(Instant at, boolean holds) {
        var window = new Weekly(Set.of(DayOfWeek.SATURDAY), LocalTime.of(23, 0), LocalTime.of(2, 0), BERLIN);

        assertThat(window.holds(at)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        // 2026-03-29: at 02:00 clocks are put to 03:00; 01:30 to 03:30 is one hour
        "2026-03-29T00:29:59Z,false",
        "2026-03-29T00:30:00Z,true",
        "2026-03-29T01:29:59Z,true",
        "2026-03-29T01:30:00Z,false",
        // 2026-10-25: at 03:00 clocks are put back to 02:00; 01:30 to 03:30 is three hours
        "2026-10-24T23:30:00Z,true",
        "2026-10-25T00:30:00Z,true",
        "2026-10-25T01:30:00Z,true",
        "2026-10-25T02:29:59Z,true",
        "2026-10-25T02:30:00Z,false"
    })
    void itKeepsToTheClocksOnTheWall(Instant at, boolean holds) {
        var window = new Weekly(Set.of(DayOfWeek.SUNDAY), LocalTime.of(1, 30), LocalTime.of(3, 30), BERLIN);

        assertThat(window.holds(at)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        // 02:15 to 02:45 does not exist on 2026-03-29: it is put off to 03:15
        "2026-03-29T01:14:59Z,false",
        "2026-03-29T01:15:00Z,true",
        "2026-03-29T01:44:59Z,true",
        "2026-03-29T01:45:00Z,false",
        // and comes twice on 2026-10-25, with the hour between
        "2026-10-25T00:14:59Z,false",
        "2026-10-25T00:15:00Z,true",
        "2026-10-25T01:44:59Z,true",
        "2026-10-25T01:45:00Z,false"
    })
    void anHourThatIsMissingOrComesTwiceLosesNothing(Instant at, boolean holds) {
        var window = new Weekly(Set.of(DayOfWeek.SUNDAY), LocalTime.of(2, 15), LocalTime.of(2, 45), BERLIN);

        assertThat(window.holds(at)).isEqualTo(holds);
    }
}
