/// What runs in the clouds, reported or not.
@NullMarked
package io.wardroom.cloud;

import org.jspecify.annotations.NullMarked;
