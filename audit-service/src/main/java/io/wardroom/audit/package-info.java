/// What happened, on record: the audit log of every tenant.
@NullMarked
package io.wardroom.audit;

import org.jspecify.annotations.NullMarked;
