package io.wardroom.fleet.telemetry.hour;

/// The roll-ups of one agent's day, in the columns of table `metric_day`.
///
/// @param offsets where the roll-ups of each series begin in `chunks`, then the end
public record PackedDay(int[] offsets, byte[] chunks) {}
