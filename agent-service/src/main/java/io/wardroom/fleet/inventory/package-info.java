/// What a host has and does: its inventory by section with what changed in it, its processes and its connections.
@NullMarked
package io.wardroom.fleet.inventory;

import org.jspecify.annotations.NullMarked;
