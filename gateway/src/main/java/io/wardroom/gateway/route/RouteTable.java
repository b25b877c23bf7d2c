package io.wardroom.gateway.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/// Finds the owner of a path: the most specific row that takes the method.
@Component
public class RouteTable {
    private static final String BASE = "/api/v1/";
    // a service might read these otherwise than this table does
    private static final Pattern AMBIGUOUS =
            Pattern.compile("//|;|\\\\|(^|/)\\.{1,2}(/|$)|%2e|%2f|%5c|%3b|%25|%00", Pattern.CASE_INSENSITIVE);

    private record Row(PathPattern pattern, Route route) {}

    private final Map<String, List<Row>> byFirstSegment = new HashMap<>();

    RouteTable(RoutingProperties routing) {
        var parser = new PathPatternParser();
        for (var route : routing.routes()) {
            byFirstSegment
                    .computeIfAbsent(firstSegment(route.path()), _ -> new ArrayList<>())
                    .add(new Row(parser.parse(route.path()), route));
        }
        var mostSpecific = Comparator.comparing(Row::pattern, PathPattern.SPECIFICITY_COMPARATOR)
                .thenComparing(row -> row.route().methods().isEmpty());
        byFirstSegment.values().forEach(rows -> rows.sort(mostSpecific));
    }

    /// @param path as the client sent it, still encoded
    public Optional<Route> find(HttpMethod method, PathContainer path) {
        var value = path.value();
        if (AMBIGUOUS.matcher(value).find()) {
            return Optional.empty();
        }
        for (var row : byFirstSegment.getOrDefault(firstSegment(value), List.of())) {
            if (row.route().takes(method) && row.pattern().matches(path)) {
                return Optional.of(row.route());
            }
        }
        return Optional.empty();
    }

    /// The segment below `/api/v1`, or the very first one.
    private static String firstSegment(String path) {
        var from = path.startsWith(BASE) ? BASE.length() : Math.min(1, path.length());
        var to = path.indexOf('/', from);
        return to < 0 ? path.substring(from) : path.substring(from, to);
    }
}
