package io.wardroom.gateway.limit;

import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/// Counts calls against the table of limits: across replicas through Redis, alone while Redis is away.
@Component
public class RateLimiter {
    private record Row(PathPattern pattern, Limit limit, Optional<Counter> counter) {}

    private final List<Row> rows;
    private final SharedCounts counts;
    private final Map<String, io.micrometer.core.instrument.Counter> refused = new HashMap<>();

    RateLimiter(LimitProperties table, SharedCounts counts, MeterRegistry meters) {
        this.counts = counts;
        var parser = new PathPatternParser();
        this.rows = table.limits().entrySet().stream()
                .map(row -> new Row(
                        parser.parse(row.getValue().path()),
                        row.getValue(),
                        row.getValue().per() == Per.NOBODY
                                ? Optional.empty()
                                : Optional.of(new Counter(row.getKey(), row.getValue()))))
                .sorted(Comparator.comparing(Row::pattern, PathPattern.SPECIFICITY_COMPARATOR)
                        .thenComparing(row -> row.limit().methods().isEmpty()))
                .toList();
        table.limits()
                .keySet()
                .forEach(name -> refused.put(name, meters.counter("wardroom.gateway.limits.refused", "limit", name)));
    }

    /// The count a call belongs to; empty where it is not counted.
    public Optional<Counter> counterOf(HttpMethod method, PathContainer path) {
        for (var row : rows) {
            if (row.limit().takes(method) && row.pattern().matches(path)) {
                return row.counter();
            }
        }
        return Optional.empty();
    }

    /// Counts one call. The result is there at once where no other replica need be asked; it never fails.
    public CompletableFuture<Verdict> take(Counter counter, String key) {
        return take(counter, key, counts.usable());
    }

    /// The same from an event loop, where the result will be.
    public CompletableFuture<Verdict> take(Counter counter, String key, EventLoop loop) {
        return take(counter, key, counts.usableOn(loop));
    }

    private CompletableFuture<Verdict> take(Counter counter, String key, @Nullable AsyncProxyManager<String> manager) {
        if (manager == null) {
            return CompletableFuture.completedFuture(said(counter, counter.takeOwn(key)));
        }
        return counter.takeShared(manager, key).handle((probe, failure) -> {
            if (failure == null) {
                counts.answered();
                return said(counter, counter.verdict(probe));
            }
            counts.failed(failure);
            return said(counter, counter.takeOwn(key));
        });
    }

    private Verdict said(Counter counter, Verdict verdict) {
        if (!verdict.allowed()) {
            var meter = refused.get(counter.name());
            if (meter != null) {
                meter.increment();
            }
        }
        return verdict;
    }
}
