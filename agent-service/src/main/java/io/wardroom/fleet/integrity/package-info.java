/// Whether agents are what they say: what batches tell of clocks, cadence, numbers and copies, and the doubts that
// follow.
@NullMarked
package io.wardroom.fleet.integrity;

import org.jspecify.annotations.NullMarked;
