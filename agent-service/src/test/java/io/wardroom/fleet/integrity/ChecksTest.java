package io.wardroom.fleet.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.integrity.Arrival.CpuPoint;
import io.wardroom.fleet.integrity.Verdict.Fails;
import io.wardroom.fleet.integrity.Verdict.Passes;
import io.wardroom.fleet.integrity.Verdict.Unknown;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksTest {
    private static final long BEGIN = 1_800_000_000_000L;
    private static final Duration INTERVAL = Duration.ofSeconds(15);
    private static final TenantId TENANT = new TenantId(new UUID(1, 1));
    private static final UUID AGENT = new UUID(2, 2);

    @ParameterizedTest
    @CsvSource({"0, true", "299999, true", "300000, true", "-300000, true", "300001, false", "-300001, false"})
    void aClockMayBeFiveMinutesOff(long drift, boolean passes) {
        var trace = every(15_000, 21, i -> drift);

        var verdict = Checks.clockDrift(trace);

        assertThat(verdict instanceof Passes).isEqualTo(passes);
        if (!passes) {
            assertThat(verdict).isInstanceOfSatisfying(Fails.class, fails -> assertThat(fails.severity())
                    .isEqualTo("high"));
        }
    }

    @Test
    void fewerThanTwentyBatchesSayNothingOfAClock() {
        assertThat(Checks.clockDrift(every(15_000, 20, i -> 999_999))).isInstanceOf(Unknown.class);
    }

    @Test
    void aBacklogIsNoDrift() {
        var live = every(15_000, 30, i -> 40);
        var made = live.lastSentAt();
        // an hour of the hub's outage, then 240 batches within half a minute
        var came = made + 3_600_000;
        for (var i = 1; i <= 240; i++) {
            live = live.with(arrival(i, made + i * 15_000L, came + i * 120L));
        }
        // and back to now
        for (var i = 241; i < 260; i++) {
            live = live.with(arrival(i, made + i * 15_000L, made + i * 15_000L + 40));
        }

        assertThat(live.drifts()).allMatch(drift -> drift < 60_000);
        assertThat(Checks.clockDrift(live)).isInstanceOf(Passes.class);
        assertThat(Checks.cadence(live, INTERVAL)).isInstanceOf(Passes.class);
    }

    @Test
    void aFastBacklogOfASecondsIntervalIsNoDriftEither() {
        var live = every(1_000, 30, i -> 5);
        var made = live.lastSentAt();
        for (var i = 1; i <= 900; i++) {
            live = live.with(arrival(i, made + i * 1_000L, made + 900_000 + i * 30L));
        }

        assertThat(Checks.clockDrift(live)).isInstanceOf(Passes.class);
    }

    @ParameterizedTest
    @CsvSource({
        "15, 6999, false",
        "15, 7000, true",
        "15, 15000, true",
        "15, 23000, true",
        "15, 23001, false",
        "60, 27999, false",
        "60, 28000, true",
        "60, 92000, true",
        "60, 92001, false"
    })
    void theCadenceHasBoundsThatGrowWithTheInterval(int interval, long gap, boolean passes) {
        var verdict = Checks.cadence(every(gap, 21, i -> 0), Duration.ofSeconds(interval));

        assertThat(verdict instanceof Passes).isEqualTo(passes);
        assertThat(verdict instanceof Fails).isEqualTo(!passes);
    }

    @Test
    void oneLongPauseIsNoCadence() {
        var trace = every(15_000, 21, i -> 0);
        var after = trace.lastSentAt() + 7_200_000;
        trace = trace.with(arrival(30, after, after));

        assertThat(Checks.cadence(trace, INTERVAL)).isInstanceOf(Passes.class);
    }

    @Test
    void aClockThatIsSetBackIsMeasuredAnewAtOnce() {
        var trace = every(15_000, 30, i -> 0);
        var received = trace.lastReceivedAt();
        for (var i = 1; i <= 25; i++) {
            var at = BEGIN - 86_400_000 + i * 40_000L;
            trace = trace.with(arrival(100 + i, at, received + i * 40_000L));
        }

        assertThat(Checks.cadence(trace, INTERVAL)).isInstanceOf(Fails.class);
    }

    @Test
    void thirtySamplesThatHardlyMoveAreFlat() {
        assertThat(Checks.flatMetrics(busy(29, 0))).isInstanceOf(Unknown.class);
        assertThat(Checks.flatMetrics(busy(30, 0))).isInstanceOf(Fails.class);
        assertThat(Checks.flatMetrics(busy(240, 0.00099))).isInstanceOf(Fails.class);
        assertThat(Checks.flatMetrics(busy(240, 0.00101))).isInstanceOf(Passes.class);
    }

    @Test
    void whatWasFlatTwoHoursAgoDoesNotCount() {
        var trace = busy(100, 0);
        var later = trace.lastSentAt() + 7_200_000;
        for (var i = 0; i < 40; i++) {
            var at = later + i * 15_000L;
            trace = trace.with(arrival(500 + i, at, at, new CpuPoint(at, i % 2 * 0.5)));
        }

        assertThat(Checks.flatMetrics(trace)).isInstanceOf(Passes.class);
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3, 1.2.3, false",
        "1.2.3, 1.2.4, false",
        "1.10.0, 1.9.9, true",
        "1.0.0, 1.0.0-rc.1, true",
        "1.0.0-rc.1, 1.0.0, false",
        "1.0.0-alpha.2, 1.0.0-alpha.10, false",
        "1.0.0-alpha.beta, 1.0.0-alpha.1, true",
        "1.0.0+build9, 1.0.0+build1, false",
        "2.0.0, nonsense, false",
        "nonsense, 1.0.0, false"
    })
    void aDowngradeIsALesserSemanticVersion(String greatest, String now, boolean fails) {
        var trace = every(15_000, 2, i -> 0)
                .with(new Arrival(TENANT, AGENT, "a", 9, BEGIN + 99_000, BEGIN + 99_000, now, List.of(), List.of()));

        assertThat(Checks.versionDowngrade(trace, List.of(greatest, now)) instanceof Fails)
                .isEqualTo(fails);
    }

    private static Trace every(long gap, int batches, LongUnaryOperator drift) {
        return LongStream.range(1, batches)
                .boxed()
                .reduce(
                        Trace.begin(arrival(1, BEGIN, BEGIN + drift.applyAsLong(0))),
                        (trace, i) -> trace.with(
                                arrival((int) (i + 1), BEGIN + i * gap, BEGIN + i * gap + drift.applyAsLong(i))),
                        (one, _) -> one);
    }

    private static Trace busy(int samples, double deviation) {
        var trace = Trace.begin(arrival(1, BEGIN, BEGIN));
        for (var i = 0; i < samples; i++) {
            var at = BEGIN + 1 + i * 14_000L;
            trace = trace.with(arrival(i + 2, at, at, new CpuPoint(at, 0.3 + (i % 2 == 0 ? deviation : -deviation))));
        }
        return trace;
    }

    private static Arrival arrival(int seq, long sentAt, long receivedAt, CpuPoint... cpu) {
        return new Arrival(TENANT, AGENT, "a", seq, sentAt, receivedAt, "1.0.0", List.of(sentAt), List.of(cpu));
    }
}
