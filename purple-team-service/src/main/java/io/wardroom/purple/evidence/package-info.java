/// Files that show what a test did and what was seen of it.
@NullMarked
package io.wardroom.purple.evidence;

import org.jspecify.annotations.NullMarked;
