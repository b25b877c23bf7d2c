/// Which service owns a path, where it listens, and how a request gets there.
@NullMarked
package io.wardroom.gateway.route;

import org.jspecify.annotations.NullMarked;
