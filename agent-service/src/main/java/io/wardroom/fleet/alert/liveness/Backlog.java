package io.wardroom.fleet.alert.liveness;

import java.util.Map;

/// What lies on the topics of signs of life and is not stored yet.
interface Backlog {
    /// Where the partitions end now, by `<group>/<topic>/<partition>`.
    ///
    /// @throws org.springframework.kafka.KafkaException if nobody can say
    Map<String, Long> ends();

    /// Whether everything before these ends is stored.
    ///
    /// @throws org.springframework.kafka.KafkaException if nobody can say
    boolean isWorkedOff(Map<String, Long> ends);
}
