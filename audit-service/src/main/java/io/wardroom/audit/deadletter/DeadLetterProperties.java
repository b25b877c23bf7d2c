package io.wardroom.audit.deadletter;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param most      most dead letters of one topic that are kept; the oldest make room
/// @param retention how long one is kept
/// @param findEvery pause between looks for new topics of dead letters
@ConfigurationProperties("wardroom.audit.dead-letters")
record DeadLetterProperties(
        @DefaultValue("5000") int most,
        @DefaultValue("30d") Duration retention,
        @DefaultValue("30s") Duration findEvery) {
    DeadLetterProperties {
        if (most < 1) {
            throw new IllegalArgumentException("wardroom.audit.dead-letters.most: at least 1");
        }
    }
}
