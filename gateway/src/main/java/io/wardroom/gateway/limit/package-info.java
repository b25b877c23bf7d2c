/// How often a client may call, counted across the gateway's replicas.
@NullMarked
package io.wardroom.gateway.limit;

import org.jspecify.annotations.NullMarked;
