/// Threat intelligence: what public feeds tell, and which techniques it is about.
@NullMarked
package io.wardroom.purple.intel;

import org.jspecify.annotations.NullMarked;
