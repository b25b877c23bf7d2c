/// Short ways past the general route, by channel handlers ahead of it: agents' batches, and people's plain reads.
@NullMarked
package io.wardroom.gateway.shortway;

import org.jspecify.annotations.NullMarked;
