package io.wardroom.local;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/// Makes databases with the two roles that each has: an owner, who migrates, and the service's own, who works.
final class Databases {
    private final PostgresServer server;

    Databases(PostgresServer server) {
        this.server = server;
    }

    /// What a service needs to know to reach its database.
    ///
    /// @param name also the name of the service's role; the owner is `<name>_owner`
    record Access(String url, String name, String password, String ownerPassword) {
        String owner() {
            return name + "_owner";
        }

        Map<String, String> environment() {
            return Map.of(
                    "WARDROOM_DB_URL", url,
                    "WARDROOM_DB_USER", name,
                    "WARDROOM_DB_PASSWORD", password,
                    "WARDROOM_DB_OWNER_USER", owner(),
                    "WARDROOM_DB_OWNER_PASSWORD", ownerPassword);
        }
    }

    /// Makes what is missing and sets both passwords; the service's role owns nothing and passes no row-level security.
    Access provide(String name, String password, String ownerPassword) throws SQLException {
        var access = new Access(server.jdbcUrl(name), name, password, ownerPassword);
        try (var connection = connect("postgres")) {
            role(connection, name, password);
            role(connection, access.owner(), ownerPassword);
            if (!exists(connection, "select 1 from pg_database where datname = ?", name)) {
                run(connection, "create database %I owner %I", name, access.owner());
            }
            run(connection, "revoke all on database %I from public", name);
            run(connection, "grant connect on database %I to %I", name, name);
        }
        try (var connection = connect(name)) {
            run(connection, "revoke all on schema public from public");
            run(connection, "grant usage on schema public to %I", name);
            run(connection, "grant usage, create on schema public to %I", access.owner());
        }
        return access;
    }

    private static void role(Connection connection, String name, String password) throws SQLException {
        var verb = exists(connection, "select 1 from pg_roles where rolname = ?", name) ? "alter" : "create";
        run(
                connection,
                verb + " role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L",
                name,
                password);
    }

    private static boolean exists(Connection connection, String question, String name) throws SQLException {
        try (var statement = connection.prepareStatement(question)) {
            statement.setString(1, name);
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /// Lets the server itself quote the names (`%I`) and texts (`%L`) of a statement that takes no parameters.
    private static void run(Connection connection, String template, String... values) throws SQLException {
        String sql;
        try (var quoting = connection.prepareStatement("select format(?, variadic ?::text[])")) {
            quoting.setString(1, template);
            quoting.setArray(2, connection.createArrayOf("text", List.of(values).toArray()));
            try (var rows = quoting.executeQuery()) {
                rows.next();
                sql = rows.getString(1);
            }
        }
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    Connection connect(String database) throws SQLException {
        var login = new Properties();
        login.putAll(Map.of(
                "user", server.superuser(),
                "password", server.password(),
                "connectTimeout", "10",
                "socketTimeout", "60",
                "ApplicationName", "wardroom"));
        return DriverManager.getConnection(server.jdbcUrl(database), login);
    }
}
