package io.wardroom.local;

import java.time.Duration;

/// When a process is stopped: what leans on others goes before them. In this order.
enum Rank {
    /// Work that ends by itself, such as the building of a cache.
    ERRAND(Duration.ofSeconds(5)),
    AGENT(Duration.ofSeconds(15)),
    GATEWAY(Duration.ofSeconds(30)),
    SERVICE(Duration.ofSeconds(30)),
    /// Its first stop takes longer: it writes down its classes for the starts to come.
    KEYCLOAK(Duration.ofSeconds(90)),
    KAFKA(Duration.ofSeconds(30)),
    REDIS(Duration.ofSeconds(15)),
    /// Stopped by SIGINT, which PostgreSQL calls a fast shutdown; SIGTERM would wait for every client to leave.
    POSTGRES(Duration.ofSeconds(30));

    private final Duration patience;

    Rank(Duration patience) {
        this.patience = patience;
    }

    /// How long its processes may take to stop before they are killed.
    Duration patience() {
        return patience;
    }
}
