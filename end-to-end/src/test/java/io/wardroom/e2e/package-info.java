/// The packaged suite, used as people and machines use it.
@NullMarked
package io.wardroom.e2e;

import org.jspecify.annotations.NullMarked;
