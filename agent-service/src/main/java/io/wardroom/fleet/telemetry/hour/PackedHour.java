package io.wardroom.fleet.telemetry.hour;

import org.jspecify.annotations.Nullable;

/// A closed hour of one agent, in the columns of table `metric_hour`.
///
/// @param offsets where the column of each series begins in `chunks`, then where each column of times begins, then
///                the end
/// @param clocks  for each series, which column of times is its own, counted from 0; null where all share the first
/// @param chunks  the columns
public record PackedHour(int[] offsets, short @Nullable [] clocks, byte[] chunks) {}
