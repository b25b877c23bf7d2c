package io.wardroom.gateway.session;

import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Something that people and their programs show in the place of an access token, and that one is found behind.
public interface StandIn {
    /// The access token behind what a request shows; empty where it shows nothing of this kind.
    Mono<String> tokenOf(ServerWebExchange exchange);

    /// A newer access token in the place of the one that [#tokenOf] found, which is outdated; empty where it found
    /// none, or Keycloak gives no other.
    Mono<String> newerTokenOf(ServerWebExchange exchange);
}
