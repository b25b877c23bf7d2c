package io.wardroom.audit.eventexport;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// What is copied for tenants, and how long it is kept.
///
/// @param topics      the shared topics whose events a tenant gets; without `agents.identity.v1`, which the hub's doors
///                    live on
/// @param partitions  of each topic of a tenant
/// @param replicas    on how many brokers a record lies; one only where there is one broker
/// @param retention   how long a tenant's reader may be away
/// @param largest     how much a partition keeps at most, however young
/// @param mostTenants how many tenants may have it switched on: each has as many topics as there are in `topics`
/// @param concurrency how many threads of a replica copy
@ConfigurationProperties("wardroom.audit.event-export")
record EventExportProperties(
        @DefaultValue({
            "telemetry.metrics.v1",
            "telemetry.layouts.v1",
            "telemetry.heartbeats.v1",
            "telemetry.inventory.v1",
            "telemetry.alerts.v1",
            "telemetry.signals.v1",
            "agents.events.v1",
            "alerts.events.v1",
            "integrity.anomalies.v1",
            "audit.actions.v1",
            "audit.checkpoints.v1",
            "console.sessions.v1",
            "cloud.resources.v1",
            "cloud.findings.v1",
            "purple.tests.v1",
            "purple.campaigns.v1",
            "purple.coverage.v1",
            "compliance.results.v1",
            "vulnerabilities.matches.v1"
        })
        List<String> topics,

        @DefaultValue("1") int partitions,
        @DefaultValue("1") short replicas,
        @DefaultValue("3d") Duration retention,
        @DefaultValue("1GB") DataSize largest,
        @DefaultValue("200") int mostTenants,
        @DefaultValue("1") int concurrency) {
    EventExportProperties {
        topics = List.copyOf(topics);
    }
}
