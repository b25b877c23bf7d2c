package io.wardroom.common.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdTest {
    @Test
    void aSaneIdIsKept() {
        assertThat(RequestId.from("order-17_a.b")).isEqualTo("order-17_a.b");
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "two words",
                "line\nbreak",
                "<script>",
                "0123456789012345678901234567890123456789012345678901234567890123456789"
            })
    void anyOtherIsReplaced(String offered) {
        assertThat(RequestId.from(offered)).isNotEqualTo(offered).matches("[0-9a-f-]{36}");
    }
}
