/// Techniques as a tenant sees them: those of the catalogue and its own, with what it says of them.
@NullMarked
package io.wardroom.purple.technique;

import org.jspecify.annotations.NullMarked;
