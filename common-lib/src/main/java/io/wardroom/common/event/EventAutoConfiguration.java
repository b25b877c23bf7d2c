package io.wardroom.common.event;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import io.namastack.outbox.Outbox;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.util.backoff.ExponentialBackOff;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Sets up publishing through the outbox and the fate of records that cannot be worked off.
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration",
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "io.namastack.outbox.config.OutboxCoreInfrastructureAutoConfiguration",
            "io.namastack.outbox.config.JdbcOutboxAutoConfiguration"
        })
class EventAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.systemUTC();
    }

    /// Tries a record again with growing pauses for about a minute, then moves it to `<topic>.dlt` with its cause;
    /// one that can never be read goes there at once. While the database is away nothing is given up.
    @Bean
    @ConditionalOnMissingBean
    DefaultErrorHandler recordErrorHandler(KafkaTemplate<String, byte[]> kafka) {
        var recoverer = new DeadLetterPublishingRecoverer(
                kafka, (record, cause) -> new TopicPartition(record.topic() + Topics.DEAD_LETTER_SUFFIX, -1));
        recoverer.setFailIfSendResultIsError(true);
        var handler = new DefaultErrorHandler(recoverer, growingPauses(Duration.ofMinutes(1)));
        handler.setBackOffFunction(
                (record, cause) -> databaseIsAway(cause) ? growingPauses(Duration.ofMillis(Long.MAX_VALUE)) : null);
        handler.addNotRetryableExceptions(IllegalArgumentException.class, JacksonException.class);
        return handler;
    }

    private static ExponentialBackOff growingPauses(Duration atMost) {
        var pauses = new ExponentialBackOff(500, 2);
        pauses.setMaxInterval(15_000);
        pauses.setMaxElapsedTime(atMost.toMillis());
        return pauses;
    }

    private static boolean databaseIsAway(@Nullable Throwable cause) {
        for (var link = cause; link != null; link = link.getCause()) {
            if (link instanceof SQLTransientException
                    || link instanceof SQLRecoverableException
                    || link instanceof CannotCreateTransactionException
                    || link instanceof TransientDataAccessException
                    || link instanceof DataAccessResourceFailureException) {
                return true;
            }
        }
        return false;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Outbox.class)
    @ConditionalOnBean(Outbox.class)
    static class Publishing {
        @Bean
        EventOutbox eventOutbox(
                Outbox outbox, JsonMapper json, Clock clock, Environment environment, ObjectProvider<Tracer> tracer) {
            return new EventOutbox(
                    outbox,
                    json,
                    clock,
                    environment.getRequiredProperty("spring.application.name"),
                    tracer.getIfAvailable());
        }

        @Bean
        KafkaRelay kafkaRelay(KafkaTemplate<String, byte[]> kafka, MeterRegistry meters, Clock clock) {
            return new KafkaRelay(kafka, meters, clock);
        }

        @Bean
        OutboxBacklog outboxBacklog(DataSource source) {
            return new OutboxBacklog(source);
        }
    }
}
