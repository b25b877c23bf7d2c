package io.wardroom.local;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What `./wardroom help` says.
final class Help {
    private Help() {}

    static String text() {
        return """
                Wardroom on this machine: its servers, its eight services and an agent for this very host.

                  ./wardroom up [--detach] [--no-agent] [--import DIR]
                                        builds what is stale and starts everything; Ctrl-C stops it
                                          --detach      comes back once all is up
                                          --no-agent    leaves the agent out
                                          --import DIR  where public content (rules, catalogues) is read from
                  ./wardroom down       stops everything; the data stays
                  ./wardroom status     tells what runs, where, and how much memory it takes
                  ./wardroom logs NAME [-f]
                                        shows the end of a component's log, -f all that follows
                  ./wardroom mail       shows the mails that were sent, newest first: none leaves this machine
                  ./wardroom integrator add NAME [--tenant ID]
                                        admits one who reads events on Kafka from outside, and shows the credentials
                                        once: the shared topics, or those of one tenant (docs/integrators.md)
                  ./wardroom integrator remove NAME
                  ./wardroom integrator list
                  ./wardroom simulate --agents N --interval S --for D [--faults LIST]
                                        lets N simulated hosts report to what runs here, every S (such as 15s) for D
                                        (such as 10m), and compares what was acknowledged with what is stored
                                          --faults      of clock-drift,flat-cpu,clone,bad-signature,silence; one host
                                                        in twenty has each
                                        takes the simulator's other options, too (bench/README.md)
                  ./wardroom reset [--yes]
                                        stops everything and deletes all data
                  ./wardroom build      builds what is stale, and starts nothing
                  ./wardroom test [ARGUMENTS]
                                        runs the whole test suite (mvn verify ARGUMENTS)
                  ./wardroom help       shows this

                Environment
                  WARDROOM_HOME            where data, secrets and logs are kept (.wardroom in the checkout)
                  WARDROOM_ADMIN_PASSWORD  the first administrator's password, instead of a generated one
                  WARDROOM_JAVA_HOME       the JDK 25 to use, instead of the first that is found
                  WARDROOM_START_CACHES    on: makes caches behind all other work that shorten the next start
                                           (they take about 1 GB of disk, and work behind the scenes after an up)
                Ports, all on 127.0.0.1
                """
                + Stream.of(Port.values())
                        .map(port -> "  %-36s %d%n".formatted(port.variable(), port.usual()))
                        .collect(Collectors.joining());
    }
}
