/// Red and blue plan, run, judge and score ATT&CK tests.
@NullMarked
package io.wardroom.purple;

import org.jspecify.annotations.NullMarked;
