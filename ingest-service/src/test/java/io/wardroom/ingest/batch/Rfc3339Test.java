package io.wardroom.ingest.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {
    @Test
    void readsWhatTheLibraryReads() {
        var random = new Random(20260131);
        for (var i = 0; i < 20_000; i++) {
            var moment = Instant.ofEpochSecond(
                    random.nextLong(-62_135_596_800L, 253_402_214_400L), random.nextInt(1_000_000_000));
            var offset = ZoneOffset.ofTotalSeconds(60 * random.nextInt(-17 * 60, 17 * 60));
            var text = i % 2 == 0 ? moment.toString() : moment.atOffset(offset).toString();
            // the library leaves out seconds that are 0
            if (text.indexOf(':', text.indexOf(':') + 1) != 16) {
                continue;
            }

            assertThat(parse(text))
                    .as(text)
                    .isEqualTo(OffsetDateTime.parse(text).toInstant().toEpochMilli());
        }
    }

    @Test
    void takesALeapSecondAsTheOneBeforeIt() {
        assertThat(parse("2016-12-31T23:59:60Z"))
                .isEqualTo(Instant.parse("2016-12-31T23:59:59Z").toEpochMilli());
    }

    @Test
    void takesALeapSecondThatIsWrittenInAnotherZone() {
        assertThat(parse("2017-01-01T00:59:60.5+01:00"))
                .isEqualTo(Instant.parse("2016-12-31T23:59:59.5Z").toEpochMilli());
    }

    @Test
    void anHourThatAZoneHasTwiceOrNeverIsTwoHoursOrTheNext() {
        var first = parse("2026-10-25T02:30:00+02:00");
        var second = parse("2026-10-25T02:30:00+01:00");

        assertThat(second - first).isEqualTo(3_600_000);
        assertThat(parse("2026-03-29T03:00:00+02:00") - parse("2026-03-29T01:59:59+01:00"))
                .isEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "1767225600",
                "2026-01-31",
                "2026-01-31T09:15Z",
                "2026-01-31T09:15:00",
                "2026-01-31T09:15:00.Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-02-29T00:00:00Z",
                "2026-04-31T00:00:00Z",
                "2026-01-32T00:00:00Z",
                "2026-01-31T24:00:00Z",
                "2026-01-31T23:60:00Z",
                "2026-01-31T23:59:61Z",
                "2026-01-31T23:59:00+24:00",
                "2026-01-31T23:59:00+0100",
                "2026/01/31T23:59:00Z",
                "2026-01-31T23:59:00Zulu",
                "-026-01-31T23:59:00Z",
                "２０26-01-31T23:59:00Z"
            })
    void refusesWhatIsNoTime(String text) {
        assertThat(parse(text)).isEqualTo(Rfc3339.MALFORMED);
    }

    private static long parse(String text) {
        // stands in the middle of an array, as it does in the parser's
        var padded = "\"" + text + "\",";
        return Rfc3339.parse(padded.toCharArray(), 1, text.length());
    }
}
