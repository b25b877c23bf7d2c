package io.wardroom.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        var value = Map.of(
                "text", "a \"quoted\"\nline \\ é \u0001", "number", 12L, "list", Arrays.asList(true, null, List.of()));

        assertThat(Json.parse(Json.write(value))).isEqualTo(value);
    }

    @Test
    void numbersKeepTheirKind() {
        assertThat(Json.parse("[1,-2,1.5,1e3]")).isEqualTo(List.of(1L, -2L, 1.5, 1000.0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,", "{\"a\"}", "{\"a\":1,}", "tru", "\"open", "\"\\u12\"", "1 2", "[}", "-"})
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> Json.parse("[".repeat(1000))).isInstanceOf(IllegalArgumentException.class);
    }
}
