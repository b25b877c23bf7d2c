/// Enrolment tokens: what lets a new machine into a tenant.
@NullMarked
package io.wardroom.fleet.enrolment;

import org.jspecify.annotations.NullMarked;
