/// What points at an intruder: canaries that were touched, programs that changed, agents that fell silent.
@NullMarked
package io.wardroom.fleet.security;

import org.jspecify.annotations.NullMarked;
