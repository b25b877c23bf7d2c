package io.wardroom.audit.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventNameTest {
    @ParameterizedTest
    @CsvSource({
        "io.wardroom.alert.created.v1, alert.created, alert",
        "io.wardroom.honeypot.tripped.v1, honeypot.tripped, honeypot",
        "io.wardroom.vulnerability.matched.v1, cve.match.new, cve",
        "io.wardroom.cve.match.new.v1, cve.match.new, cve",
        "io.wardroom.emergency_token.issued.v1, emergency.token.issued, emergency",
        "io.wardroom.alert.created.v2, alert.created, alert"
    })
    void aTypeHasAName(String type, String name, String noun) {
        assertThat(EventName.of(type).value()).isEqualTo(name);
        assertThat(EventName.of(type).noun()).isEqualTo(noun);
    }

    @Test
    void anythingElseIsNoType() {
        assertThatThrownBy(() -> EventName.of("io.wardroom.alert.v1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EventName.of("com.example.alert.created.v1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alert.created",
                "alert.resolved",
                "agent.online",
                "agent.offline",
                "honeypot.tripped",
                "cve.match.new",
                "emergency.token.issued",
                "alert.*",
                "*",
                "io.wardroom.finding.opened.v1"
            })
    void documentedAndPublicOnesMayBeAskedFor(String asked) {
        assertThat(EventName.isWanted(asked)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alert", "alert.craeted", "alerts.*", ".*", "**", "*.created", "webhook.test", "a\0.b"})
    void aTypingErrorIsNoticed(String asked) {
        assertThat(EventName.isWanted(asked)).isFalse();
    }

    @Test
    void itIsToldToWhoAsksForIt() {
        var created = EventName.of("io.wardroom.alert.created.v1");

        for (var asked : List.of("*", "alert.*", "alert.created", "io.wardroom.alert.created.v1")) {
            assertThat(created.isAskedForBy(List.of("agent.online", asked)))
                    .as(asked)
                    .isTrue();
        }
        for (var asked : List.of("alert.resolved", "agent.*", "io.wardroom.alert.created.v2")) {
            assertThat(created.isAskedForBy(List.of(asked))).as(asked).isFalse();
        }
    }
}
