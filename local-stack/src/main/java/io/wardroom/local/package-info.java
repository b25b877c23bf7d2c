/// The servers Wardroom stands on, and the suite itself, as processes of this very machine.
@NullMarked
package io.wardroom.local;

import org.jspecify.annotations.NullMarked;
