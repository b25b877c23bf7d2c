/// The packed form of closed hours and of their roll-ups: bytes in, points out, nothing of the database.
@NullMarked
package io.wardroom.fleet.telemetry.hour;

import org.jspecify.annotations.NullMarked;
