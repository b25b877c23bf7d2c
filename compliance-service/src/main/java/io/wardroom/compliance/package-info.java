/// Which controls hold, by what the fleet and the tests show.
@NullMarked
package io.wardroom.compliance;

import org.jspecify.annotations.NullMarked;
