package io.wardroom.fleet.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TracesTest {
    @Test
    void numbersThatFollowUponEachOtherAreOneRange() {
        assertThat(Traces.ranges(List.of())).isEqualTo("{}");
        assertThat(Traces.ranges(List.of(7L))).isEqualTo("{[7,7]}");
        assertThat(Traces.ranges(List.of(3L, 1L, 2L, 2L, 5L, 9L, 8L))).isEqualTo("{[1,3],[5,5],[8,9]}");
    }
}
