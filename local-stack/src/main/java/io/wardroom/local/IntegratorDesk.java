package io.wardroom.local;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// What `./wardroom integrator` does, against the stack of a home.
final class IntegratorDesk {
    private final Home home;
    private final Map<String, String> environment;
    private final PrintStream out;

    IntegratorDesk(Home home, Map<String, String> environment, PrintStream out) {
        this.home = home;
        this.environment = environment;
        this.out = out;
    }

    /// @param tenant the id as it was typed; empty for the shared topics
    int add(String name, Optional<String> tenant) throws IOException {
        var id = tenant.map(IntegratorDesk::idIn).orElse(null);
        var ports = ports();
        var keycloak = keycloak(ports);
        var kafka = kafka(ports);
        var admitted = new Integrators(kafka, keycloak).add(name, id);
        out.print("""
                %s may read events now.

                  bootstrap servers   %s
                  security protocol   SASL_PLAINTEXT
                  topics              %s
                  consumer groups     %s.<any>

                  SCRAM-SHA-512       user     %s
                                      password %s
                  OAUTHBEARER         client   %s
                                      secret   %s
                                      tokens   %s

                Nobody can show these again. docs/integrators.md tells how to subscribe.
                """.formatted(
                        name,
                        kafka.bootstrapOfIntegrators(),
                        id == null ? "the shared ones, such as agents.events.v1" : "tenant.%s.<topic>".formatted(id),
                        admitted.account(),
                        admitted.account(),
                        admitted.password(),
                        admitted.account(),
                        admitted.clientSecret(),
                        keycloak.tokenUrl()));
        return 0;
    }

    int remove(String name) throws IOException {
        var ports = ports();
        new Integrators(kafka(ports), keycloak(ports)).remove(name);
        out.println(name + " reads nothing any more.");
        return 0;
    }

    int list() throws IOException {
        var ports = ports();
        var all = new Integrators(kafka(ports), keycloak(ports)).all();
        all.forEach((name, tenant) ->
                out.println("%-42s%s".formatted(name, tenant.isEmpty() ? "shared topics" : "tenant " + tenant)));
        if (all.isEmpty()) {
            out.println("No integrator was admitted.");
        }
        return 0;
    }

    private static UUID idIn(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException wrong) {
            throw new Trouble(
                    "\"%s\" is no tenant's id.".formatted(text), "GET /api/v1/tenants tells them.", null, wrong);
        }
    }

    private Ports ports() {
        if (Files.notExists(home.secrets())) {
            throw new Trouble("There is no Wardroom in " + home.directory() + ".", "./wardroom up starts one.");
        }
        return Ports.of(environment);
    }

    private Kafka kafka(Ports ports) {
        return new Kafka(home, ports, new Processes(home));
    }

    private Keycloak keycloak(Ports ports) throws IOException {
        return new Keycloak(home, ports, new Processes(home), Secrets.in(home.secrets()));
    }
}
