/// The fleet: its agents, their enrolment and their telemetry.
@NullMarked
package io.wardroom.fleet;

import org.jspecify.annotations.NullMarked;
