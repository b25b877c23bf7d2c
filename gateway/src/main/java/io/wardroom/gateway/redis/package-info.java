/// Redis as the gateway reaches it for what is asked with every request.
@NullMarked
package io.wardroom.gateway.redis;

import org.jspecify.annotations.NullMarked;
