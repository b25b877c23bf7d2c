package io.wardroom.audit.webhook;

import io.wardroom.common.event.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Brings public events from Kafka to the webhooks, a poll at a time.
@Component
class PublicEventListener {
    private final Fanout fanout;
    private final Dispatcher dispatcher;
    private final JsonMapper json;
    private final ObjectReader reader;

    PublicEventListener(Fanout fanout, Dispatcher dispatcher, JsonMapper json) {
        this.fanout = fanout;
        this.dispatcher = dispatcher;
        this.json = json;
        // what is read is passed on as it came: nothing may hide behind it
        this.reader = json.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    @KafkaListener(
            topics = "#{@webhookTopics.sources()}",
            groupId = "${spring.kafka.consumer.group-id}-webhooks",
            batch = "true")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var messages = new ArrayList<Read>(records.size());
        for (var i = 0; i < records.size(); i++) {
            var record = records.get(i);
            // a tombstone on a compacted topic tells nothing
            if (record.value() == null) {
                continue;
            }
            try {
                messages.add(new Read(read(record), i));
            } catch (JacksonException | IllegalArgumentException | DateTimeException unreadable) {
                // the ones ahead of it are kept, it alone goes to the dead letters
                store(messages);
                throw new BatchListenerFailedException("no public event", new IllegalArgumentException(unreadable), i);
            }
        }
        store(messages);
    }

    /// @param index where it stands in the poll
    private record Read(Message message, int index) {}

    private Message read(ConsumerRecord<String, byte[]> record) {
        var headers = EventHeaders.read(record.headers());
        JsonNode told = reader.readValue(record.value());
        if (!(told instanceof ObjectNode subject)) {
            throw new IllegalArgumentException("no JSON object");
        }
        return Message.of(
                headers.id(),
                headers.tenant(),
                EventName.of(headers.type()),
                agentOf(subject),
                headers.time(),
                new String(record.value(), StandardCharsets.UTF_8),
                json);
    }

    private static @Nullable String agentOf(ObjectNode subject) {
        var agent = subject.get("agent_id");
        return agent == null || !agent.isString() ? null : agent.asString();
    }

    private void store(List<Read> messages) {
        if (messages.isEmpty()) {
            return;
        }
        try {
            fanout.store(messages.stream().map(Read::message).toList());
        } catch (NonTransientDataAccessException | IllegalArgumentException refused) {
            if (refused instanceof NonTransientDataAccessResourceException) {
                throw refused;
            }
            storeEach(messages);
        }
        dispatcher.wake();
    }

    /// One that the database will not have must not take a whole poll with it.
    private void storeEach(List<Read> messages) {
        for (var read : messages) {
            try {
                fanout.store(List.of(read.message()));
            } catch (NonTransientDataAccessException | IllegalArgumentException refused) {
                if (refused instanceof NonTransientDataAccessResourceException) {
                    throw refused;
                }
                throw new BatchListenerFailedException("an event that cannot be kept", refused, read.index());
            }
        }
    }
}
