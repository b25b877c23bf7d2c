/// The reference host agent: collects, keeps until taken, delivers.
@NullMarked
package io.wardroom.agent;

import org.jspecify.annotations.NullMarked;
