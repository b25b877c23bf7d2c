/// Who fell silent and who came back, told once a change and never because the hub itself was deaf.
@NullMarked
package io.wardroom.fleet.alert.liveness;

import org.jspecify.annotations.NullMarked;
