package io.wardroom.gateway.route;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param routes          the routing table
/// @param upstreams       where each service listens; several addresses are replicas
/// @param connectTimeout  longest time to reach an upstream
/// @param responseTimeout longest time until an upstream's answer begins
/// @param uploadTimeout   the same for an upload, which is on its way meanwhile; above the door's own bound
/// @param connections     most connections to one upstream address
/// @param waiting         most requests that wait for a free connection, per upstream address
/// @param acquireTimeout  longest time such a request waits
/// @param idleTime        how long an unused connection is kept; below the upstream's own keep-alive time
@ConfigurationProperties("wardroom.gateway.routing")
public record RoutingProperties(
        List<Route> routes,
        Map<Service, List<URI>> upstreams,
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("20s") Duration responseTimeout,
        @DefaultValue("11m") Duration uploadTimeout,
        @DefaultValue("200") int connections,
        @DefaultValue("500") int waiting,
        @DefaultValue("2s") Duration acquireTimeout,
        @DefaultValue("30s") Duration idleTime) {
    public RoutingProperties {
        routes = List.copyOf(routes);
        upstreams = Map.copyOf(upstreams);
    }
}
