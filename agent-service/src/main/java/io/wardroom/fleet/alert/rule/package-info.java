/// What shall be told: rules as data, and what judges them from stored facts.
@NullMarked
package io.wardroom.fleet.alert.rule;

import org.jspecify.annotations.NullMarked;
