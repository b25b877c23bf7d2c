package io.wardroom.fleet.security;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.wardroom.common.event.Topics;
import io.wardroom.fleet.Received;
import io.wardroom.fleet.security.Signal.HoneypotTripped;
import io.wardroom.fleet.security.Signal.ProcessSeen;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// Takes what agents saw off the topic. Items of other kinds are other features'.
@Component
class SignalsListener {
    private final Signals signals;
    private final JsonMapper json;

    SignalsListener(Signals signals, JsonMapper json) {
        this.signals = signals;
        this.json = json;
    }

    /// What of an item is read here; it may grow.
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Item(
            String type,
            @Nullable String path,
            @Nullable String action,
            @Nullable String processName,
            @Nullable Long processPid,
            @Nullable Long pid,
            @Nullable String name,
            @Nullable String exePath,
            @Nullable String exeSha256,
            @Nullable Instant observedAt) {
        /// Nothing for items that are others', or that tell too little.
        Stream<Signal> signal(Instant receivedAt) {
            var at = observedAt == null ? receivedAt : observedAt;
            if (type.equals("honeypot_event") && path != null && action != null) {
                return Stream.of(new HoneypotTripped(path, action, processName, processPid, at));
            }
            if (type.equals("process_dna") && pid != null && name != null && exePath != null && exeSha256 != null) {
                return Stream.of(new ProcessSeen(pid, name, exePath, exeSha256, at));
            }
            return Stream.empty();
        }
    }

    @KafkaListener(topics = Topics.TELEMETRY_SIGNALS, groupId = "${spring.kafka.consumer.group-id}-security")
    void on(ConsumerRecord<String, byte[]> record) {
        if (!Received.isOfSignals(record)) {
            return;
        }
        var received = Received.read(record, json);
        var found = received.items()
                .valueStream()
                .flatMap(item -> json.treeToValue(item, Item.class).signal(received.at()))
                .toList();
        if (!found.isEmpty()) {
            signals.take(received.id(), received.tenant(), received.agent(), found, received.at());
        }
    }
}
