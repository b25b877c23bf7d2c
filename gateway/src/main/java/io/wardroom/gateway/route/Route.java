package io.wardroom.gateway.route;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.ServerWebExchange;

/// One row of the routing table.
///
/// @param path    a path pattern: `{name}` stands for one segment, a last `/**` for any number
/// @param methods the methods the row is about; none means every method
/// @param upload  whether a form with a file is sent there, which may be larger and take longer than other bodies
public record Route(
        String path,
        @DefaultValue Set<HttpMethod> methods,
        Service service,
        @DefaultValue("user") Access access,
        @DefaultValue("false") boolean upload) {
    private static final String ATTRIBUTE = Route.class.getName();

    public Route {
        methods = Set.copyOf(methods);
    }

    /// The row a request was found to belong to, or null where the door saw none.
    static @Nullable Route of(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    /// Tells the forwarding part whose request this is.
    public void bindTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    boolean takes(HttpMethod method) {
        return methods.isEmpty() || methods.contains(method);
    }
}
