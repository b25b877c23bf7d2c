/// A way to a host when nothing else gets there.
@NullMarked
package io.wardroom.console;

import org.jspecify.annotations.NullMarked;
