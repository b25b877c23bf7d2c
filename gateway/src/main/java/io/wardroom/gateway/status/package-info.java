/// Whether the gateway is well, for people and for Prometheus.
@NullMarked
package io.wardroom.gateway.status;

import org.jspecify.annotations.NullMarked;
