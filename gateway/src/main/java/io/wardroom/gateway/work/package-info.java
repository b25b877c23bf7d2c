/// Where blocking work is done.
@NullMarked
package io.wardroom.gateway.work;

import org.jspecify.annotations.NullMarked;
