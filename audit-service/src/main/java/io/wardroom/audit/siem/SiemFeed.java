package io.wardroom.audit.siem;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.audit.log.AuditLines;
import io.wardroom.common.event.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;

/// Hands deeds to a receiver, a poll at a time, from a place of its own in the topic: while the receiver is away it
/// waits there, and goes on from there. A poll that was not handed over whole is handed over again.
final class SiemFeed implements BatchMessageListener<String, byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(SiemFeed.class);
    private static final long LONGEST_PAUSE_MS = 5_000;

    private final AuditLines lines;
    private final Receiver receiver;
    private final MeterRegistry meters;
    private final String name;

    private SiemFeed(AuditLines lines, Receiver receiver, MeterRegistry meters, String name) {
        this.lines = lines;
        this.receiver = receiver;
        this.meters = meters;
        this.name = name;
    }

    /// @param group of the service's own listeners; the feed's goes on behind it
    /// @param name  `syslog` or `otlp`
    static ConcurrentMessageListenerContainer<String, byte[]> container(
            ConsumerFactory<String, byte[]> consumers,
            String group,
            String name,
            AuditLines lines,
            Receiver receiver,
            MeterRegistry meters) {
        var settings = new ContainerProperties(Topics.AUDIT_ACTIONS);
        settings.setGroupId(group + "-siem-" + name);
        settings.setMessageListener(new SiemFeed(lines, receiver, meters, name));
        var more = new Properties();
        // how long a poll's delivery may take before another replica takes over
        more.setProperty(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, "120000");
        more.setProperty(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(4 << 20));
        settings.setKafkaConsumerProperties(more);
        var made = new ConcurrentMessageListenerContainer<>(consumers, settings);
        var pauses = new ExponentialBackOff(500, 2);
        pauses.setMaxInterval(LONGEST_PAUSE_MS);
        made.setCommonErrorHandler(new DefaultErrorHandler(pauses));
        return made;
    }

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        var told = new ArrayList<AuditLines.Line>(records.size());
        for (var record : records) {
            try {
                told.add(lines.of(record.value()));
            } catch (IllegalArgumentException unreadable) {
                // the log itself lays it among the dead letters
                meters.counter("wardroom.siem.skipped", "receiver", name).increment();
            }
        }
        try {
            if (!told.isEmpty()) {
                receiver.take(told);
            }
        } catch (IOException away) {
            meters.counter("wardroom.siem.failed", "receiver", name).increment();
            LOG.atWarn().addKeyValue("receiver", name).log("the SIEM does not take the audit log: {}", away.toString());
            throw new UncheckedIOException(away);
        }
        meters.counter("wardroom.siem.delivered", "receiver", name).increment(told.size());
    }
}
