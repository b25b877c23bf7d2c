package io.wardroom.audit.webhook.wire;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param allow          networks that may be reached although they are not public: `10.1.0.0/16`, `127.0.0.1`
/// @param keys           what secrets are sealed with, each 64 hexadecimal digits: the first closes, all of them
///                       open; without one no webhook can be made
/// @param connectTimeout for one address of a receiver, its TLS handshake included
/// @param answerTimeout  for each wait for the receiver's next bytes
/// @param wholeTimeout   for one try from its first byte to the last one read
/// @param connections    how many are open at once, idle ones included
@ConfigurationProperties("wardroom.audit.webhooks.wire")
public record WireProperties(
        @DefaultValue List<String> allow,
        @DefaultValue List<String> keys,
        @DefaultValue("3s") Duration connectTimeout,
        @DefaultValue("10s") Duration answerTimeout,
        @DefaultValue("15s") Duration wholeTimeout,
        @DefaultValue("1024") int connections) {
    private static final String KEY = "[0-9a-fA-F]{64}";

    public WireProperties {
        allow = allow.stream().map(String::strip).filter(one -> !one.isEmpty()).toList();
        keys = keys.stream().map(String::strip).filter(one -> !one.isEmpty()).toList();
        if (!keys.stream().allMatch(key -> key.matches(KEY))) {
            throw new IllegalArgumentException(
                    "wardroom.audit.webhooks.wire.keys (WARDROOM_WEBHOOK_KEY): 64 hexadecimal digits each");
        }
    }

    /// Never shows the keys.
    @Override
    public String toString() {
        return "WireProperties[allow=%s]".formatted(allow);
    }
}
