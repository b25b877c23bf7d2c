package io.wardroom.gateway.route;

import io.netty.channel.ChannelOption;
import java.util.Arrays;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.config.HttpClientFactory;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.config.HttpClientSslConfigurer;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.support.RouteMetadataUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.resources.ConnectionProvider;

/// Hands what the door found over to Spring Cloud Gateway: one route per service, and its HTTP client.
@Configuration(proxyBeanMethods = false)
class ForwardingConfiguration {
    private static final int UPLOADS_FIRST = -1;

    @Bean
    RouteLocator services(RouteLocatorBuilder builder, Upstreams upstreams, RoutingProperties routing) {
        var routes = builder.routes();
        Arrays.stream(Service.values())
                .filter(service -> service != Service.GATEWAY)
                .forEach(service -> routes.route(service.spelled() + "-uploads", route -> route.order(UPLOADS_FIRST)
                        .predicate(exchange -> ownerOf(exchange) == service && isUpload(exchange))
                        .metadata(
                                RouteMetadataUtils.RESPONSE_TIMEOUT_ATTR,
                                routing.uploadTimeout().toMillis())
                        .uri(upstreams.of(service).getFirst())));
        Arrays.stream(Service.values())
                .filter(service -> service != Service.GATEWAY)
                .forEach(service -> routes.route(
                        service.spelled(), route -> route.predicate(exchange -> ownerOf(exchange) == service)
                                .uri(upstreams.of(service).getFirst())));
        return routes.build();
    }

    private static boolean isUpload(ServerWebExchange exchange) {
        var route = Route.of(exchange);
        return route != null && route.upload();
    }

    static Service ownerOf(ServerWebExchange exchange) {
        var route = Route.of(exchange);
        return route == null ? Service.GATEWAY : route.service();
    }

    /// The pool of connections to the services, bounded in every direction.
    @Bean
    HttpClientFactory gatewayHttpClientFactory(
            HttpClientProperties properties,
            ServerProperties server,
            HttpClientSslConfigurer ssl,
            RoutingProperties routing) {
        HttpClientCustomizer ours = http -> http
                // whether a request may be sent twice is decided here, not by the client
                .disableRetry(true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        routing.connectTimeout().toMillis());
        return new HttpClientFactory(properties, server, ssl, Arrays.asList(ours)) {
            @Override
            protected ConnectionProvider buildConnectionProvider(HttpClientProperties ignored) {
                return ConnectionProvider.builder("upstream")
                        .maxConnections(routing.connections())
                        .pendingAcquireMaxCount(routing.waiting())
                        .pendingAcquireTimeout(routing.acquireTimeout())
                        .maxIdleTime(routing.idleTime())
                        .evictInBackground(routing.idleTime())
                        .lifo()
                        .build();
            }
        };
    }
}
