package io.wardroom.local;

import java.io.IOException;

/// A PostgreSQL server on which the stack may make databases and roles: embedded, or in a container.
interface PostgresServer {
    void start() throws IOException;

    String host();

    int port();

    String superuser();

    String password();

    /// Called once nothing uses it any more; children of the stack are stopped with the others.
    void stop();

    default String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(host(), port(), database);
    }
}
