/// The way to the hub: register, deliver, heartbeat.
@NullMarked
package io.wardroom.agent.hub;

import org.jspecify.annotations.NullMarked;
