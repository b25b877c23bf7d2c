/// Agents' identities in memory, filled from the compacted topic `agents.identity.v1`.
@NullMarked
package io.wardroom.common.identity;

import org.jspecify.annotations.NullMarked;
