package io.wardroom.local;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/// Reads events as an integrator does: the example of docs/integrators.md, held to work by [IntegratorsTest].
final class EventReader implements AutoCloseable {
    private static final String OAUTH = "org.apache.kafka.common.security.oauthbearer.";

    private final KafkaConsumer<String, byte[]> consumer;

    /// @param login [#byPassword(String, String)] or [#byToken(String, String, String)]
    /// @param group begins with the account and a dot
    EventReader(String bootstrap, Map<String, String> login, String group, List<String> topics) {
        var settings = new HashMap<String, Object>(login);
        settings.put("bootstrap.servers", bootstrap);
        settings.put("security.protocol", "SASL_PLAINTEXT"); // SASL_SSL outside this machine
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(topics);
    }

    static Map<String, String> byPassword(String account, String password) {
        return Map.of(
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(account, password));
    }

    /// Kafka's client asks no address for tokens that it was not allowed to.
    static Map<String, String> byToken(String tokenUrl, String client, String secret) {
        System.setProperty("org.apache.kafka.sasl.oauthbearer.allowed.urls", tokenUrl);
        return Map.of(
                "sasl.mechanism",
                "OAUTHBEARER",
                "sasl.jaas.config",
                OAUTH + "OAuthBearerLoginModule required;",
                "sasl.login.callback.handler.class",
                OAUTH + "OAuthBearerLoginCallbackHandler",
                "sasl.oauthbearer.jwt.validator.class",
                OAUTH + "ClientJwtValidator",
                "sasl.oauthbearer.token.endpoint.url",
                tokenUrl,
                "sasl.oauthbearer.client.credentials.client.id",
                client,
                "sasl.oauthbearer.client.credentials.client.secret",
                secret);
    }

    /// Hands events on until `work` wants no more. What was handed on is marked as read afterwards: an event may come
    /// twice, under the same `ce_id`, and none is missed.
    void read(Predicate<ConsumerRecord<String, byte[]>> work) {
        var wanted = true;
        while (wanted) {
            for (var event : consumer.poll(Duration.ofSeconds(1))) {
                wanted = wanted && work.test(event);
            }
            consumer.commitSync();
        }
    }

    /// @param name `ce_id`, `ce_type`, `ce_tenantid`, ...
    static String header(ConsumerRecord<?, ?> event, String name) {
        var header = event.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        consumer.close();
    }

    /// @param arguments bootstrap servers, account, password, group, topics
    static void main(String[] arguments) {
        try (var events = new EventReader(
                arguments[0],
                byPassword(arguments[1], arguments[2]),
                arguments[3],
                List.of(arguments).subList(4, arguments.length))) {
            events.read(event -> {
                System.out.printf(
                        "%s %s %s%n",
                        header(event, "ce_id"),
                        header(event, "ce_type"),
                        new String(event.value(), StandardCharsets.UTF_8));
                return true;
            });
        }
    }
}
