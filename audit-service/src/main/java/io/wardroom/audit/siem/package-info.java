/// The audit log as a stream for a SIEM: over syslog, as OTLP logs, or both.
@NullMarked
package io.wardroom.audit.siem;

import org.jspecify.annotations.NullMarked;
