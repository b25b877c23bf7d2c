/// When nobody wants to be told: silences and maintenance windows.
@NullMarked
package io.wardroom.fleet.alert.silence;

import org.jspecify.annotations.NullMarked;
