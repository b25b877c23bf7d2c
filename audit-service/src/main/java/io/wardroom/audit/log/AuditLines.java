package io.wardroom.audit.log;

import io.wardroom.audit.log.AuditLogController.AuditLogView;
import java.time.Instant;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Deeds as lines of JSON, as the API shows them and the export writes them, for those who take the log elsewhere.
@Component
public class AuditLines {
    private final Intake intake;
    private final JsonMapper json;

    AuditLines(Intake intake, JsonMapper json) {
        this.intake = intake;
        this.json = json;
    }

    /// @param json one line, without its end
    public record Line(UUID id, UUID tenant, Instant at, String action, boolean refused, byte[] json) {}

    /// Reads a record of `audit.actions.v1`.
    ///
    /// @throws IllegalArgumentException if it tells no deed
    public Line of(byte[] record) {
        try {
            var deed = intake.read(record);
            return new Line(
                    deed.id(),
                    deed.tenantId(),
                    deed.timestamp(),
                    deed.action(),
                    deed.outcome().equals("refused"),
                    json.writeValueAsBytes(AuditLogView.of(deed)));
        } catch (JacksonException unreadable) {
            throw new IllegalArgumentException("no audit action", unreadable);
        }
    }
}
