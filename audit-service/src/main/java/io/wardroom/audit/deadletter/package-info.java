/// Dead letters: records that a consumer gave up, kept, listed and sent once more.
@NullMarked
package io.wardroom.audit.deadletter;

import org.jspecify.annotations.NullMarked;
