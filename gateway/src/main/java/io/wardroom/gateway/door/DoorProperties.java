package io.wardroom.gateway.door;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// @param trustedProxies networks (`10.0.0.0/8`, `::1`) whose `X-Forwarded-For` is believed; none by default
/// @param maxBody        largest body of a request
/// @param maxBatch       largest body of a request that carries agents' telemetry, as sent, compressed or not
/// @param maxEvidence    largest file of an upload; the form around it may have a megabyte more
/// @param headTimeout    longest time from the first byte of a request's head to its last
/// @param bodyTimeout    longest time from the head of a request to the end of its body
/// @param uploadTimeout  the same of an upload, none of whose pauses may be longer than `bodyTimeout`
/// @param writeTimeout   longest time in which a client takes nothing of an answer, or of a WebSocket
/// @param connections    most connections of clients; those beyond are closed at once
/// @param origins        where browsers' pages may open WebSockets from (`https://hub.example`), beside this host's own
@ConfigurationProperties("wardroom.gateway.door")
public record DoorProperties(
        @DefaultValue List<String> trustedProxies,
        @DefaultValue("1MB") DataSize maxBody,
        @DefaultValue("4MB") DataSize maxBatch,
        @DefaultValue("100MB") DataSize maxEvidence,
        @DefaultValue("10s") Duration headTimeout,
        @DefaultValue("15s") Duration bodyTimeout,
        @DefaultValue("10m") Duration uploadTimeout,
        @DefaultValue("30s") Duration writeTimeout,
        @DefaultValue("20000") int connections,
        @DefaultValue List<String> origins) {
    private static final DataSize AROUND_A_FILE = DataSize.ofMegabytes(1);

    public DoorProperties {
        trustedProxies =
                trustedProxies.stream().filter(network -> !network.isBlank()).toList();
        origins = origins.stream().filter(origin -> !origin.isBlank()).toList();
    }

    /// The largest body of an upload.
    DataSize maxUpload() {
        return DataSize.ofBytes(maxEvidence.toBytes() + AROUND_A_FILE.toBytes());
    }
}
