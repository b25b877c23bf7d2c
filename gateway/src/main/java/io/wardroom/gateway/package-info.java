/// The one door to Wardroom: who may enter, how often, and where to.
@NullMarked
package io.wardroom.gateway;

import org.jspecify.annotations.NullMarked;
