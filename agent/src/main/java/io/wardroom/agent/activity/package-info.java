/// The busiest processes and the open connections of a moment.
@NullMarked
package io.wardroom.agent.activity;

import org.jspecify.annotations.NullMarked;
