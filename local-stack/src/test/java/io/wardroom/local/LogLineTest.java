package io.wardroom.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LogLineTest {
    @Test
    void aServicesLineIsItsLevelItsMessageAndTheCauses() {
        var line = Json.write(Map.of(
                "message",
                "it failed",
                "level",
                "ERROR",
                "stack_trace",
                "a.B: x\n\tat c.D\nCaused by: e.F: y\n\tat g.H"));

        assertThat(LogLine.readable(line)).containsExactly("ERROR it failed", "a.B: x", "Caused by: e.F: y");
    }

    @Test
    void whatIsNoJsonStaysAsItIs() {
        assertThat(LogLine.readable("plain {text}")).containsExactly("plain {text}");
        assertThat(LogLine.readable("{torn")).containsExactly("{torn");
        assertThat(LogLine.readable("")).containsExactly("");
    }

    @Test
    void aLongLineIsCut() {
        assertThat(LogLine.readable("x".repeat(5000)))
                .singleElement()
                .asString()
                .hasSizeLessThan(600);
    }
}
