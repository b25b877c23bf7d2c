/// Whose rows a piece of work may touch, from the request down to PostgreSQL's row-level security.
@NullMarked
package io.wardroom.common.tenant;

import org.jspecify.annotations.NullMarked;
