/// Checks an export of the audit log offline. It shares no code with the hub, on purpose: what one gets wrong, the
/// other notices.
@NullMarked
package io.wardroom.audit.verify;

import org.jspecify.annotations.NullMarked;
