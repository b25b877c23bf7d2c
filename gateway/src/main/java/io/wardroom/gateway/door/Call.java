package io.wardroom.gateway.door;

import io.wardroom.common.audit.Caller;
import io.wardroom.gateway.route.Route;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;

/// What the door knows of a request.
///
/// @param clientAddress the client's IP address
/// @param secure        whether the client came by TLS: ours, or a trusted proxy's
public record Call(String requestId, String clientAddress, boolean secure, Route route) {
    private static final String ATTRIBUTE = Call.class.getName();
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /// The call of a request on the public port.
    ///
    /// @throws IllegalStateException if the request did not come through the door
    public static Call of(ServerWebExchange exchange) {
        if (exchange.getAttribute(ATTRIBUTE) instanceof Call call) {
            return call;
        }
        throw new IllegalStateException("the request did not come through the door");
    }

    /// Whether the request came through the door: those on the management port do not.
    public static boolean isOn(ServerWebExchange exchange) {
        return exchange.getAttributes().containsKey(ATTRIBUTE);
    }

    /// Whether a method changes nothing (RFC 9110, section 9.2.1).
    public static boolean isReading(HttpMethod method) {
        return READING.contains(method);
    }

    /// Whether a request changes nothing. A WebSocket begins as a `GET`, and is none of these.
    public static boolean onlyReads(ServerHttpRequest request) {
        return isReading(request.getMethod()) && request.getHeaders().getUpgrade() == null;
    }

    void bindTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    /// The same for the audit log.
    public Caller caller(ServerWebExchange exchange) {
        return new Caller(
                clientAddress, exchange.getRequest().getHeaders().getFirst(HttpHeaders.USER_AGENT), requestId);
    }
}
