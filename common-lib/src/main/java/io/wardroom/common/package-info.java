/// The defaults every service starts from.
@NullMarked
package io.wardroom.common;

import org.jspecify.annotations.NullMarked;
