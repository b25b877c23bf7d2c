package io.wardroom.ingest.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.batch.Allowance;
import io.wardroom.ingest.batch.ParsedBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/// What tenants and agents may store in a day (UTC), as this replica has counted since it started. A tenant's bytes are
/// shared among the replicas by their number: no replica asks another one.
final class Quotas {
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final Duration FORGOTTEN = Duration.ofHours(25);
    private static final int TENANTS = 100_000;

    private final QuotaProperties properties;
    private final long bytesShare;
    private final Cache<TenantDay, AtomicLong> bytes;
    private final Cache<AgentDay, long[]> series;

    private record TenantDay(TenantId tenant, long day) {}

    private record AgentDay(UUID agent, long day) {}

    Quotas(QuotaProperties properties) {
        this.properties = properties;
        this.bytesShare = Math.max(1, properties.bytesPerDay().toBytes() / properties.replicas());
        this.bytes = Caffeine.newBuilder()
                .maximumSize(TENANTS)
                .expireAfterWrite(FORGOTTEN)
                .executor(Runnable::run)
                .build();
        this.series = Caffeine.newBuilder()
                .maximumWeight(properties.watchedSeries())
                .<AgentDay, long[]>weigher((_, known) -> 8 + known.length)
                .expireAfterWrite(FORGOTTEN)
                .executor(Runnable::run)
                .build();
    }

    Allowance of(KnownAgent agent, Instant now) {
        var day = Math.floorDiv(now.toEpochMilli(), DAY_MILLIS);
        var hasRoom = used(agent.tenant(), day).get() < bytesShare;
        return new Allowance() {
            @Override
            public boolean hasRoom() {
                return hasRoom;
            }

            @Override
            public boolean admits(SeriesLayout layout) {
                return Quotas.this.admits(new AgentDay(agent.id(), day), agent.tenant(), layout);
            }
        };
    }

    /// Counts what was stored. Requests that run beside each other may carry the tenant a little over its bound.
    void count(KnownAgent agent, ParsedBatch batch, Instant now) {
        var stored = 0L;
        for (var moment : batch.moments()) {
            stored += moment.values().size();
        }
        if (stored > 0) {
            used(agent.tenant(), Math.floorDiv(now.toEpochMilli(), DAY_MILLIS)).addAndGet(stored);
        }
    }

    private AtomicLong used(TenantId tenant, long day) {
        return bytes.get(new TenantDay(tenant, day), _ -> new AtomicLong());
    }

    /// Only layouts that this replica does not know come here, so batch after batch of the same series costs nothing.
    private boolean admits(AgentDay agent, TenantId tenant, SeriesLayout layout) {
        var met = layout.series().stream()
                .mapToLong(one -> new SeriesLayout(List.of(one))
                        .id(tenant)
                        .asReadOnlyByteBuffer()
                        .getLong())
                .toArray();
        var admitted = new boolean[1];
        series.asMap().compute(agent, (_, known) -> {
            var before = known == null ? new long[0] : known;
            var together = LongStream.concat(Arrays.stream(before), Arrays.stream(met))
                    .sorted()
                    .distinct()
                    .toArray();
            admitted[0] = together.length <= Math.max(before.length, properties.seriesPerAgent());
            return admitted[0] ? together : known;
        });
        return admitted[0];
    }
}
