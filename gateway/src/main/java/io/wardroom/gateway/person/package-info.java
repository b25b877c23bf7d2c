/// Users of a tenant: who they are, what they may do, and how that is changed.
@NullMarked
package io.wardroom.gateway.person;

import org.jspecify.annotations.NullMarked;
