package io.wardroom.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What has to be the same after a `down` and an `up`.
class DataTest {
    @TempDir
    Path folder;

    @Test
    void rowsSurviveAStopAndAStart() throws IOException, SQLException {
        var home = new Home(folder);
        home.create();
        var ports = Ports.free();

        try (var up = new Up(home, ports)) {
            new Databases(up.postgres).provide("audit_service", "one", "two");
            try (var connection = new Databases(up.postgres).connect("audit_service");
                    var statement = connection.createStatement()) {
                statement.execute("create table kept as select 42 as answer");
            }
        }
        try (var up = new Up(home, ports)) {
            new Databases(up.postgres).provide("audit_service", "changed", "two");
            try (var connection = new Databases(up.postgres).connect("audit_service");
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery("select answer from kept")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(42);
            }
        }
    }

    @Test
    void lostSecretsAreSaidPlainly() throws IOException {
        var home = new Home(folder);
        home.create();
        var ports = Ports.free();
        new Up(home, ports).close();
        Files.delete(home.secrets());

        assertThatThrownBy(() -> new Up(home, ports))
                .isInstanceOf(Trouble.class)
                .hasMessageContaining("another password");
        Processes.endLeftovers(home, _ -> {});
    }

    @Test
    void redisKeepsItsKeys() throws IOException {
        var home = new Home(folder);
        home.create();
        var ports = Ports.free();

        redis(home, ports, "SET kept 42\r\n", "+OK");

        redis(home, ports, "GET kept\r\n", "$2\r\n42");
    }

    @Test
    void theAdministratorsPasswordIsMadeKeptAndReset() throws IOException {
        var stack = TestStack.shared();
        var home = new Home(folder);
        home.create();
        PrivateFiles.write(home.secrets(), Files.readString(stack.logs().resolveSibling("secrets.properties")));
        var numbers = new HashMap<>(Ports.free().numbers());
        numbers.put(Port.KEYCLOAK, java.net.URI.create(stack.keycloakUrl()).getPort());
        var keycloak = new Keycloak(home, new Ports(numbers), new Processes(home), Secrets.in(home.secrets()));
        var name = "admin-" + Hash.short8(UUID.randomUUID().toString());
        var administrator = new Administrator(name, home, keycloak);

        administrator.provide("");
        var made = administrator.password();
        var tenant = administrator.tenant();
        administrator.provide("");

        assertThat(administrator.password()).isEqualTo(made).hasSizeGreaterThanOrEqualTo(24);
        assertThat(administrator.tenant()).isEqualTo(tenant);
        assertThat(tenant.version()).isEqualTo(7);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.adminPassword())))
                .isEqualTo("rw-------");
        assertThat(stack.accessToken(name, made)).isNotEmpty();

        administrator.provide("another password");

        assertThat(administrator.password()).isEqualTo("another password");
        assertThat(stack.accessToken(name, "another password")).isNotEmpty();
        assertThatThrownBy(() -> stack.accessToken(name, made)).isInstanceOf(Trouble.class);
    }

    private static void redis(Home home, Ports ports, String request, String expected) throws IOException {
        var processes = new Processes(home);
        new Redis(home, ports, processes).start();
        try (var socket = new Socket(Ports.HOST, ports.of(Port.REDIS))) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(expected.length()), StandardCharsets.US_ASCII))
                    .isEqualTo(expected);
        } finally {
            processes.close(_ -> {});
        }
    }

    /// A PostgreSQL server from its start to its stop.
    private static final class Up implements AutoCloseable {
        private final Processes processes;
        private final EmbeddedPostgres postgres;

        Up(Home home, Ports ports) throws IOException {
            processes = new Processes(home);
            postgres = new EmbeddedPostgres(home, ports, processes, Secrets.in(home.secrets()), false);
            postgres.start();
        }

        @Override
        public void close() {
            processes.close(_ -> {});
        }
    }
}
