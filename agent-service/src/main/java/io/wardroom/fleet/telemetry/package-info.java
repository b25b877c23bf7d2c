/// What agents measure: stored as it arrives, packed when its hour is over, read as curves.
@NullMarked
package io.wardroom.fleet.telemetry;

import org.jspecify.annotations.NullMarked;
