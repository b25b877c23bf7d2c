/// What the service does by the clock, on one replica at a time, and what became of it.
@NullMarked
package io.wardroom.purple.schedule;

import org.jspecify.annotations.NullMarked;
