package io.wardroom.audit.siem;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.audit.log.AuditLines;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

/// Sets up a feed for each address that is configured.
@Configuration(proxyBeanMethods = false)
class SiemConfiguration {
    @Bean
    @ConditionalOnProperty("wardroom.audit.siem.syslog")
    ConcurrentMessageListenerContainer<String, byte[]> syslogFeed(
            SiemProperties settings,
            SslBundles bundles,
            AuditLines lines,
            ConsumerFactory<String, byte[]> consumers,
            KafkaProperties kafka,
            MeterRegistry meters) {
        var receiver = new SyslogReceiver(
                Objects.requireNonNull(settings.syslog()),
                settings,
                tls(settings, bundles).getSocketFactory());
        return SiemFeed.container(consumers, group(kafka), "syslog", lines, receiver, meters);
    }

    @Bean
    @ConditionalOnProperty("wardroom.audit.siem.otlp")
    ConcurrentMessageListenerContainer<String, byte[]> otlpFeed(
            SiemProperties settings,
            SslBundles bundles,
            AuditLines lines,
            ConsumerFactory<String, byte[]> consumers,
            KafkaProperties kafka,
            Clock clock,
            MeterRegistry meters) {
        var refused = meters.counter("wardroom.siem.refused", "receiver", "otlp");
        var receiver = new OtlpReceiver(
                Objects.requireNonNull(settings.otlp()), settings, tls(settings, bundles), clock, refused::increment);
        return SiemFeed.container(consumers, group(kafka), "otlp", lines, receiver, meters);
    }

    private static String group(KafkaProperties kafka) {
        return Objects.requireNonNull(kafka.getConsumer().getGroupId());
    }

    private static SSLContext tls(SiemProperties settings, SslBundles bundles) {
        var named = settings.sslBundle();
        if (named != null) {
            return bundles.getBundle(named).createSslContext();
        }
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has TLS", impossible);
        }
    }
}
