package io.wardroom.gateway.shortway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// The short way of agents' batches. Every bound is per event loop, of which there is one per core.
///
/// @param shortWay        whether batches take it; without it they take the general route
/// @param inFlight        most batches under way
/// @param held            most bytes of bodies held
/// @param connections     most connections to one address of ingest-service
/// @param idleTime        how long an unused connection is kept; below ingest-service's own keep-alive time
/// @param responseTimeout longest time until ingest-service has answered; longer than it waits for Kafka
/// @param drainTimeout    longest time that a shutdown waits for batches under way
@ConfigurationProperties("wardroom.gateway.ingest")
record IngestProperties(
        @DefaultValue("true") boolean shortWay,
        @DefaultValue("512") int inFlight,
        @DefaultValue("48MB") DataSize held,
        @DefaultValue("256") int connections,
        @DefaultValue("30s") Duration idleTime,
        @DefaultValue("15s") Duration responseTimeout,
        @DefaultValue("15s") Duration drainTimeout) {}
