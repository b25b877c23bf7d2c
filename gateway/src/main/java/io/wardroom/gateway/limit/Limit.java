package io.wardroom.gateway.limit;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.HttpMethod;

/// One row of the table of limits.
///
/// @param path    a path pattern, as in the routing table
/// @param methods the methods it is about; none means every method
/// @param limit   most calls in one period
/// @param period  how long until the count starts anew
public record Limit(
        String path,
        @DefaultValue Set<HttpMethod> methods,
        Per per,
        @DefaultValue("0") long limit,
        @DefaultValue("1m") Duration period) {
    public Limit {
        methods = Set.copyOf(methods);
        if (per != Per.NOBODY && (limit < 1 || period.toMillis() < 1)) {
            throw new IllegalArgumentException("the limit of %s allows nothing".formatted(path));
        }
    }

    boolean takes(HttpMethod method) {
        return methods.isEmpty() || methods.contains(method);
    }

    /// Where its counts lie in Redis: another size or period is another count.
    String prefix(String name) {
        return "wardroom:limit:%s:%s:%d-%d:"
                .formatted(name, per.name().toLowerCase(Locale.ROOT), limit, period.toMillis());
    }
}
