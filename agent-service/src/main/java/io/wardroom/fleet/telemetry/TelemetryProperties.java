package io.wardroom.fleet.telemetry;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param listeners         how many threads of this replica store batches
/// @param maxAge            how late a moment may arrive; an older one goes to the dead letters
/// @param maxAhead          how far into the future an agent's clock may be
/// @param grace             how long after its end an hour stays open, and how long what came later waits for company
/// @param closeEvery        pause between two runs of the job that closes hours
/// @param closeBudget       after how long such a run leaves the rest to the next one
/// @param maxHourBytes      packed bytes of one agent's hour beyond which it stays open, for want of memory
/// @param batchRetention    how long batches are kept whose hour could not be closed
/// @param hourRetention     how long closed hours are kept, where a tenant says nothing else
/// @param dayRetention      how long hourly roll-ups are kept, where a tenant says nothing else
/// @param longestHours      the most that a tenant may keep of closed hours
/// @param longestDays       the most that a tenant may keep of hourly roll-ups
/// @param layoutCacheSeries how many names of series are remembered
/// @param maxSeriesPoints   most points of one series in an answer
/// @param maxPoints         most points of all series in an answer
/// @param maxOpenBytes      packed bytes of open hours that one query may read
/// @param concurrentReads   how many queries this replica works on at once; others wait
@ConfigurationProperties("wardroom.agent.telemetry")
record TelemetryProperties(
        @DefaultValue("1") int listeners,
        @DefaultValue("7d") Duration maxAge,
        @DefaultValue("1d") Duration maxAhead,
        @DefaultValue("5m") Duration grace,
        @DefaultValue("20s") Duration closeEvery,
        @DefaultValue("1m") Duration closeBudget,
        @DefaultValue("8388608") int maxHourBytes,
        @DefaultValue("8d") Duration batchRetention,
        @DefaultValue("30d") Duration hourRetention,
        @DefaultValue("400d") Duration dayRetention,
        @DefaultValue("90d") Duration longestHours,
        @DefaultValue("800d") Duration longestDays,
        @DefaultValue("500000") int layoutCacheSeries,
        @DefaultValue("11000") int maxSeriesPoints,
        @DefaultValue("200000") int maxPoints,
        @DefaultValue("33554432") int maxOpenBytes,
        @DefaultValue("4") int concurrentReads) {
    TelemetryProperties {
        // partitions are made from eight days back, and the functions that make and drop them are asked once an hour
        if (maxAge.compareTo(Duration.ofDays(7)) > 0 || maxAhead.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("batches can be at most 7 days late and 1 day ahead");
        }
        if (batchRetention.compareTo(maxAge.plusDays(1)) < 0) {
            throw new IllegalArgumentException("batches must be kept a day longer than they may be late");
        }
    }

    Retention retention() {
        return new Retention((int) hourRetention.toDays(), (int) dayRetention.toDays());
    }

    Retention longestRetention() {
        return new Retention((int) longestHours.toDays(), (int) longestDays.toDays());
    }
}
