/// Batches on disk until the hub has them.
@NullMarked
package io.wardroom.agent.spool;

import org.jspecify.annotations.NullMarked;
