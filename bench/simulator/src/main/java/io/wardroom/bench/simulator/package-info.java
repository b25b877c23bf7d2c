/// A fleet of virtual agents that loads a running suite and measures it.
@NullMarked
package io.wardroom.bench.simulator;

import org.jspecify.annotations.NullMarked;
