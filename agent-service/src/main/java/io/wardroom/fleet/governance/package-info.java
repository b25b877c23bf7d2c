/// What people say of hosts: whose they are, what they are for, how much they matter; and what is done to many at once.
@NullMarked
package io.wardroom.fleet.governance;

import org.jspecify.annotations.NullMarked;
