package io.wardroom.gateway.door;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// @param trustedProxies networks (`10.0.0.0/8`, `::1`) whose `X-Forwarded-For` is believed; none by default
/// @param maxBody        largest body of a request
/// @param maxBatch       largest body of a request that carries agents' telemetry, as sent, compressed or not
/// @param bodyTimeout    longest time from the head of a request to the end of its body
@ConfigurationProperties("wardroom.gateway.door")
public record DoorProperties(
        @DefaultValue List<String> trustedProxies,
        @DefaultValue("1MB") DataSize maxBody,
        @DefaultValue("4MB") DataSize maxBatch,
        @DefaultValue("15s") Duration bodyTimeout) {
    public DoorProperties {
        trustedProxies =
                trustedProxies.stream().filter(network -> !network.isBlank()).toList();
    }
}
