package io.wardroom.audit.siem;

import io.wardroom.audit.log.AuditLines.Line;
import java.io.IOException;
import java.util.List;

/// Who takes the audit log elsewhere.
interface Receiver {
    /// Hands over what comes next; returns once it is there. What is handed over again carries the same ids.
    ///
    /// @throws IOException if the receiver is away, or did not take all of it
    void take(List<Line> lines) throws IOException;
}
