package io.wardroom.gateway.shortway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The short way of people's reads. Every bound is per event loop, of which there is one per core.
///
/// @param shortWay     whether reads take it; without it they take the general route
/// @param inFlight     most reads under way; what comes beyond takes the general route
/// @param connections  most connections to one address of a service
/// @param drainTimeout longest time that a shutdown waits for reads under way
@ConfigurationProperties("wardroom.gateway.reads")
record ReadProperties(
        @DefaultValue("true") boolean shortWay,
        @DefaultValue("512") int inFlight,
        @DefaultValue("64") int connections,
        @DefaultValue("15s") Duration drainTimeout) {}
