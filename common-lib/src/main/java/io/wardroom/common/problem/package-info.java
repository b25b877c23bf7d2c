/// The error form every service speaks: `{"detail", "code"}`.
@NullMarked
package io.wardroom.common.problem;

import org.jspecify.annotations.NullMarked;
