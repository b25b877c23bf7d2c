package io.wardroom.fleet.security;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Where what happened becomes an alert. The feature of alerts takes this place: until it does, the log tells.
@Component
class AlertSink {
    private static final Logger LOG = LoggerFactory.getLogger(AlertSink.class);

    /// Raises an alert in the running transaction.
    ///
    /// @param fingerprint what is the same in alerts that tell the same
    void raise(
            TenantId tenant,
            UUID agent,
            String category,
            String severity,
            String title,
            String detail,
            String fingerprint,
            Instant at) {
        LOG.atWarn()
                .addKeyValue("tenant", tenant)
                .addKeyValue("agent", agent)
                .addKeyValue("category", category)
                .addKeyValue("severity", severity)
                .log("an alert was raised");
    }
}
