package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A day of twenty hosts comes in at once, late and out of order, and people read it at every interval.
class DayOfDataTest {
    /// The simulator holds each curve against one that it draws itself: before the hours are closed, and when they are.
    @Test
    void everyIntervalIsDrawnAsPlainJavaDrawsIt(@TempDir Path folder) throws Exception {
        try (var fleet = Simulator.start(
                folder, "--past", "24h", "--agents", "20", "--interval", "15s", "--series", "10", "--seed", "40")) {
            fleet.findsEverythingStoredOnce(Duration.ofMinutes(5));

            assertThat(fleet.said())
                    .containsPattern("closed:\\s[^:]*: 480 acknowledged, 0 stored, 480 in hours closed");
        }
        assertThatTheSeededHostsCanBeRead();
    }

    /// What `bench/fleet` measures with.
    private static void assertThatTheSeededHostsCanBeRead() {
        var seeded =
                OWNER.get("/api/v1/agents?search=seeded-&limit=40").expect(200).json();
        assertThat(seeded.get("items")).hasSize(40);
        assertThat(seeded.get("items")).allSatisfy(agent -> {
            var day = OWNER.get("/api/v1/agents/%s/metrics?interval=auto&from=%s"
                            .formatted(agent.get("id").asString(), Instant.now().minus(Duration.ofHours(24))))
                    .expect(200)
                    .json();
            assertThat(day.get("series").size()).isEqualTo(10);
        });
    }
}
