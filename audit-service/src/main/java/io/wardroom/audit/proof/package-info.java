/// The proof of the log: a Merkle tree for each tenant (RFC 6962) and signed checkpoints of it.
@NullMarked
package io.wardroom.audit.proof;

import org.jspecify.annotations.NullMarked;
