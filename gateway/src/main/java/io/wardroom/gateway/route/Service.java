package io.wardroom.gateway.route;

import java.util.Locale;

/// Who may own a path.
public enum Service {
    GATEWAY,
    INGEST,
    AGENT,
    CONSOLE,
    CLOUD,
    PURPLE,
    COMPLIANCE,
    AUDIT;

    /// Its name in settings and metrics.
    public String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }
}
