/// Webhooks: tells tenants' own servers what happens, signed, again and again until they took it.
@NullMarked
package io.wardroom.audit.webhook;

import org.jspecify.annotations.NullMarked;
