package io.wardroom.local;

/// What listens, always on the loopback address, and where unless told otherwise.
public enum Port {
    GATEWAY(8000),
    INGEST(8001),
    AGENT(8002),
    CONSOLE(8003),
    CLOUD(8004),
    PURPLE(8005),
    COMPLIANCE(8006),
    AUDIT(8007),
    GATEWAY_MANAGEMENT(8100),
    INGEST_MANAGEMENT(8101),
    AGENT_MANAGEMENT(8102),
    CONSOLE_MANAGEMENT(8103),
    CLOUD_MANAGEMENT(8104),
    PURPLE_MANAGEMENT(8105),
    COMPLIANCE_MANAGEMENT(8106),
    AUDIT_MANAGEMENT(8107),
    POSTGRES(15432),
    KAFKA(19092),
    KAFKA_CONTROLLER(19093),
    KAFKA_INTEGRATORS(19094),
    REDIS(16379),
    KEYCLOAK(18080),
    KEYCLOAK_MANAGEMENT(19000),
    S3(19100),
    SMTP(10025);

    private final int usual;

    Port(int usual) {
        this.usual = usual;
    }

    int usual() {
        return usual;
    }

    /// The environment variable that sets this port.
    String variable() {
        return "WARDROOM_PORT_" + name();
    }
}
