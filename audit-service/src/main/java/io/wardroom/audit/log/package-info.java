/// The audit log: filled from `audit.actions.v1`, read by administrators.
@NullMarked
package io.wardroom.audit.log;

import org.jspecify.annotations.NullMarked;
