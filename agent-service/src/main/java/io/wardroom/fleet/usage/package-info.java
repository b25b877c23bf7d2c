/// What a tenant stores in a day, and how much of its quota is left.
@NullMarked
package io.wardroom.fleet.usage;

import org.jspecify.annotations.NullMarked;
