package io.wardroom.fleet.telemetry;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// The days for which the tables of metrics can take rows: made ahead, dropped when their time is over.
@Component
class Partitions implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
    /// A day more than a batch may be late or ahead, so that the job may miss its hour at midnight.
    private static final int DAYS_BACK = 8;

    private static final int DAYS_AHEAD = 2;
    static final String BATCHES = "metric_batch";
    static final String HOURS = "metric_hour";
    static final String DAYS = "metric_day";

    private final JdbcClient jdbc;
    private final TelemetryProperties properties;
    private final Clock clock;
    // at most as many as days were asked for since the start
    private final Set<LocalDate> made = ConcurrentHashMap.newKeySet();

    Partitions(JdbcClient jdbc, TelemetryProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    /// Before the first listener starts.
    @Override
    public void afterSingletonsInstantiated() {
        makeAhead();
    }

    void makeAhead() {
        var today = today();
        made.removeIf(day -> day.isBefore(today.minusDays(DAYS_BACK)));
        Stream.iterate(today.minusDays(DAYS_BACK), day -> day.plusDays(1))
                .limit(DAYS_BACK + DAYS_AHEAD + 1)
                .forEach(this::cover);
    }

    /// Makes sure of a day; costs nothing when it is known.
    void cover(LocalDate day) {
        if (made.contains(day)) {
            return;
        }
        for (var table : new String[] {BATCHES, HOURS, DAYS}) {
            var missing = jdbc.sql("select metric_partition_make(:table, :day)")
                    .param("table", table)
                    .param("day", day)
                    .query(Boolean.class)
                    .single();
            if (missing) {
                LOG.atInfo().addKeyValue("table", table).addKeyValue("day", day).log("made a partition");
            }
        }
        made.add(day);
    }

    /// Drops what nobody keeps.
    void dropOld(Retention longest) {
        drop(BATCHES, properties.batchRetention());
        drop(HOURS, Duration.ofDays(longest.rawDays()));
        drop(DAYS, Duration.ofDays(longest.hourlyDays()));
    }

    private void drop(String table, Duration retention) {
        int dropped = jdbc.sql("select metric_partition_drop(:table, :oldest)")
                .param("table", table)
                .param("oldest", today().minusDays(retention.toDays()))
                .query(Integer.class)
                .single();
        if (dropped > 0) {
            LOG.atInfo()
                    .addKeyValue("table", table)
                    .addKeyValue("partitions", dropped)
                    .log("dropped what is past its retention");
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
}
