package io.wardroom.gateway.apikey;

import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.route.Route;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.server.reactive.ServerHttpRequest;

/// What a request asks of a key.
sealed interface Need {
    /// Any key will do.
    record Nothing() implements Need {}

    record In(Scope scope) implements Need {}

    /// No key will do: about the person's own login, or about keys.
    record APerson() implements Need {}

    String WHO_AM_I = "/api/v1/auth/me";
    Set<String> ABOUT_PEOPLE = Set.of("/api/v1/users/**", "/api/v1/invitations/**", "/api/v1/tenants/**");

    static Need of(Route route, ServerHttpRequest request) {
        if (request.getPath().pathWithinApplication().value().equals(WHO_AM_I)) {
            return new Nothing();
        }
        return areaOf(route)
                .<Need>map(area -> new In(new Scope(Optional.of(area), !Call.onlyReads(request))))
                .orElseGet(APerson::new);
    }

    private static Optional<Area> areaOf(Route route) {
        return switch (route.service()) {
            case AGENT -> Optional.of(Area.FLEET);
            case CONSOLE -> Optional.of(Area.CONSOLE);
            case CLOUD -> Optional.of(Area.CLOUD);
            case COMPLIANCE -> Optional.of(Area.COMPLIANCE);
            case AUDIT -> Optional.of(Area.AUDIT);
            case PURPLE -> Optional.of(Area.PURPLE);
            case GATEWAY -> ABOUT_PEOPLE.contains(route.path()) ? Optional.of(Area.USERS) : Optional.empty();
            case INGEST -> Optional.empty();
        };
    }
}
