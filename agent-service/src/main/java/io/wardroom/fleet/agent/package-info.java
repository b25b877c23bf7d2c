/// The agents of a tenant: who they are, which key is theirs, and whether they are alive.
@NullMarked
package io.wardroom.fleet.agent;

import org.jspecify.annotations.NullMarked;
