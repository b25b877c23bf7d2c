/// What is installed, allowed and scheduled on the host.
@NullMarked
package io.wardroom.agent.inventory;

import org.jspecify.annotations.NullMarked;
