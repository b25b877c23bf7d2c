package io.wardroom.fleet.usage;

import java.time.LocalDate;
import java.util.List;

/// What a tenant has and stores.
///
/// @param agents        its agents
/// @param series        series of all agents together, in the last hour of each that was closed
/// @param largestSeries as many as the agent with the most of them has
/// @param days          the last days, newest first
record Usage(long agents, long series, long largestSeries, List<Day> days) {
    /// @param batches those with measured values
    /// @param points  measured values
    /// @param bytes   how many bytes these take, packed
    record Day(LocalDate day, long batches, long points, long bytes) {}

    long bytesOf(LocalDate day) {
        return days.stream()
                .filter(one -> one.day().equals(day))
                .mapToLong(Day::bytes)
                .sum();
    }
}
