/// The agents' batches on their short way: a channel handler ahead of the general route.
@NullMarked
package io.wardroom.gateway.ingest;

import org.jspecify.annotations.NullMarked;
