/// Figures that sum up what the other features hold.
@NullMarked
package io.wardroom.purple.metrics;

import org.jspecify.annotations.NullMarked;
