package io.wardroom.common.event;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/// Tells how many events wait in the outbox, and for how long the oldest does. All replicas of a service share its
/// outbox and tell the same; while the database is away they tell nothing.
final class OutboxBacklog implements MeterBinder, AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final int LONGEST_LOOK_SECONDS = 2;
    private static final int MOST_COUNTED = 100_000;
    private static final Seen UNKNOWN = new Seen(Double.NaN, Double.NaN);

    private final JdbcTemplate jdbc;
    // a reader of metrics never waits for the database
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("outbox-backlog").factory());

    private volatile Seen seen = UNKNOWN;

    private record Seen(double events, double seconds) {}

    OutboxBacklog(DataSource source) {
        jdbc = new JdbcTemplate(source);
        jdbc.setQueryTimeout(LONGEST_LOOK_SECONDS);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("wardroom.outbox.backlog", this, backlog -> backlog.seen.events())
                .description("Events that wait in the outbox, counted up to %d".formatted(MOST_COUNTED))
                .register(registry);
        Gauge.builder("wardroom.outbox.lag", this, backlog -> backlog.seen.seconds())
                .description("How long the oldest event in the outbox has been waiting")
                .baseUnit("seconds")
                .register(registry);
        looks.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            var found = jdbc.query("""
                            select count(*) as events,
                                coalesce(greatest(extract(epoch from clock_timestamp() - min(created_at)), 0), 0) as seconds
                            from (select created_at from outbox_record
                                where completed_at is null order by created_at limit %d) waiting
                            """.formatted(MOST_COUNTED), row -> {
                row.next();
                return new Seen(row.getDouble("events"), row.getDouble("seconds"));
            });
            seen = Objects.requireNonNullElse(found, UNKNOWN);
        } catch (RuntimeException away) {
            seen = UNKNOWN;
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
