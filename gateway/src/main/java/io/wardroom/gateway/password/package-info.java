/// New passwords for those who forgot theirs.
@NullMarked
package io.wardroom.gateway.password;

import org.jspecify.annotations.NullMarked;
