/// The intake of agents' batches and heartbeats.
@NullMarked
package io.wardroom.ingest;

import org.jspecify.annotations.NullMarked;
