/// How the gateway itself answers: the error form, and no other.
@NullMarked
package io.wardroom.gateway.answer;

import org.jspecify.annotations.NullMarked;
