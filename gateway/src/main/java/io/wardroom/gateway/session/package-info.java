/// How long someone stays logged in: session cookies, fresh tokens for old ones, and the end of both.
@NullMarked
package io.wardroom.gateway.session;

import org.jspecify.annotations.NullMarked;
