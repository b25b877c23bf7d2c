package io.wardroom.local;

import java.util.Optional;

/// The eight services, each with what it takes to run it on one machine.
public enum Service {
    INGEST("ingest-service", Port.INGEST, Port.INGEST_MANAGEMENT, "WARDROOM_INGEST_URL", false, 160, true),
    AGENT("agent-service", Port.AGENT, Port.AGENT_MANAGEMENT, "WARDROOM_AGENT_URL", true, 256, true),
    AUDIT("audit-service", Port.AUDIT, Port.AUDIT_MANAGEMENT, "WARDROOM_AUDIT_URL", true, 160, false),
    CONSOLE("console-service", Port.CONSOLE, Port.CONSOLE_MANAGEMENT, "WARDROOM_CONSOLE_URL", true, 128, false),
    CLOUD("cloud-discovery-service", Port.CLOUD, Port.CLOUD_MANAGEMENT, "WARDROOM_CLOUD_URL", true, 160, false),
    PURPLE("purple-team-service", Port.PURPLE, Port.PURPLE_MANAGEMENT, "WARDROOM_PURPLE_URL", true, 160, true),
    COMPLIANCE(
            "compliance-service",
            Port.COMPLIANCE,
            Port.COMPLIANCE_MANAGEMENT,
            "WARDROOM_COMPLIANCE_URL",
            true,
            160,
            false),
    GATEWAY("gateway", Port.GATEWAY, Port.GATEWAY_MANAGEMENT, "", true, 192, true);

    private final String folder;
    private final Port port;
    private final Port management;
    private final String urlVariable;
    private final boolean database;
    private final int heapMebibytes;
    private final boolean carriesLoad;

    Service(
            String folder,
            Port port,
            Port management,
            String urlVariable,
            boolean database,
            int heapMebibytes,
            boolean carriesLoad) {
        this.folder = folder;
        this.port = port;
        this.management = management;
        this.urlVariable = urlVariable;
        this.database = database;
        this.heapMebibytes = heapMebibytes;
        this.carriesLoad = carriesLoad;
    }

    /// @param folder such as `agent-service`
    /// @throws IllegalArgumentException if there is no such service
    public static Service of(String folder) {
        for (var service : values()) {
            if (service.folder.equals(folder)) {
                return service;
            }
        }
        throw new IllegalArgumentException("no service " + folder);
    }

    /// The folder in the checkout, and the name of the process.
    public String folder() {
        return folder;
    }

    public Port port() {
        return port;
    }

    public Port management() {
        return management;
    }

    /// The variable that tells the gateway where this service is; empty for the gateway itself.
    String urlVariable() {
        return urlVariable;
    }

    Optional<String> database() {
        return database ? Optional.of(folder.replace('-', '_')) : Optional.empty();
    }

    Rank rank() {
        return this == GATEWAY ? Rank.GATEWAY : Rank.SERVICE;
    }

    int heapMebibytes() {
        return heapMebibytes;
    }

    /// Whether its JVM keeps the optimising compiler, which start-up alone would not want.
    boolean carriesLoad() {
        return carriesLoad;
    }
}
