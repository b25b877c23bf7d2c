package io.wardroom.common.event;

/// The names of the topics; what they carry stands with their event records.
public final class Topics {
    public static final String TELEMETRY_METRICS = "telemetry.metrics.v1";
    public static final String TELEMETRY_LAYOUTS = "telemetry.layouts.v1";
    public static final String TELEMETRY_HEARTBEATS = "telemetry.heartbeats.v1";
    public static final String TELEMETRY_INVENTORY = "telemetry.inventory.v1";
    public static final String TELEMETRY_ALERTS = "telemetry.alerts.v1";
    public static final String TELEMETRY_SIGNALS = "telemetry.signals.v1";
    public static final String AGENTS_IDENTITY = "agents.identity.v1";
    public static final String AGENTS_EVENTS = "agents.events.v1";
    public static final String INTEGRITY_ANOMALIES = "integrity.anomalies.v1";
    public static final String AUDIT_ACTIONS = "audit.actions.v1";

    /// What is appended to a topic's name for the records that could not be worked off.
    public static final String DEAD_LETTER_SUFFIX = ".dlt";

    private Topics() {}
}
