package io.wardroom.fleet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.fleet.agent.AgentStatus.Liveness;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentStatusTest {
    private static final Instant LAST_SEEN = Instant.parse("2026-03-29T00:59:30Z");
    private static final Instant ONLINE_SINCE = LAST_SEEN.minusSeconds(3600);

    @ParameterizedTest
    @CsvSource({"0,ONLINE", "89.999,ONLINE", "90,OFFLINE", "86400,OFFLINE"})
    void ninetySecondsWithoutASignIsOffline(double later, Liveness expected) {
        var now = LAST_SEEN.plusMillis((long) (later * 1000));

        assertThat(AgentStatus.at(now, LAST_SEEN, ONLINE_SINCE))
                .isEqualTo(new AgentStatus(
                        expected, expected == Liveness.ONLINE ? ONLINE_SINCE : LAST_SEEN.plusSeconds(90)));
    }
}
