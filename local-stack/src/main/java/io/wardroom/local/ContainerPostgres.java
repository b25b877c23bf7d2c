package io.wardroom.local;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/// PostgreSQL in a container, for tests where a container engine answers (`-Dinfra=containers`).
final class ContainerPostgres implements PostgresServer {
    /// Names another image, say one that was made on this machine: it must start like the official one.
    static final String IMAGE_VARIABLE = "WARDROOM_POSTGRES_IMAGE";

    private static final String IMAGE = "postgres:18.6";
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Secrets secrets;
    private final String image;
    private @Nullable PostgreSQLContainer container;

    ContainerPostgres(Secrets secrets, String image) {
        this.secrets = secrets;
        this.image = image.isEmpty() ? IMAGE : image;
    }

    @Override
    public void start() throws IOException {
        var made = new PostgreSQLContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"))
                .withUsername(superuser())
                .withPassword(password())
                .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200", "-c", "timezone=UTC");
        made.withStartupTimeout(LIMIT);
        try {
            made.start();
        } catch (RuntimeException refused) {
            throw new Trouble(
                    "The container of %s did not come up: %s.".formatted(image, refused.getMessage()),
                    "See that a container engine answers and has that image, or leave -Dinfra=containers out.",
                    null,
                    refused);
        }
        container = made;
    }

    @Override
    public String host() {
        return running().getHost();
    }

    @Override
    public int port() {
        return running().getFirstMappedPort();
    }

    @Override
    public String superuser() {
        return "postgres";
    }

    @Override
    public String password() {
        return secrets.of("postgres.superuser");
    }

    @Override
    public void stop() {
        if (container != null) {
            container.stop();
            container = null;
        }
    }

    private PostgreSQLContainer running() {
        if (container == null) {
            throw new IllegalStateException("the container does not run");
        }
        return container;
    }
}
