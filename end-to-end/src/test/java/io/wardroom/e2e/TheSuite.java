package io.wardroom.e2e;

import io.wardroom.local.Backing;
import io.wardroom.local.Stack;
import io.wardroom.local.Suite;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The packaged services and the agent, running once for all tests here.
final class TheSuite {
    static final Stack STACK = TestStack.shared();
    static final Path CHECKOUT = TestStack.checkout();
    static final Suite SUITE = start();

    /// The first administrator's client.
    static final Person OWNER = Person.loggedIn(STACK.administrator(), STACK.administratorPassword());

    private TheSuite() {}

    private static Suite start() {
        try {
            return Suite.start(
                    CHECKOUT,
                    CHECKOUT.resolve("target/end-to-end"),
                    new TrustingLoopback(STACK, CHECKOUT),
                    true,
                    System.out);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Lets a test say which client it is, so that a walk of many calls meets no limit by address; lets an agent
    /// load a day at once; closes hours soon, so that a test can read them; and gives the small catalogue that
    /// stands in for the public one.
    ///
    /// @param checkout is handed in: services are started while this class is still being initialised
    private record TrustingLoopback(Stack stack, Path checkout) implements Backing {
        @Override
        public Map<String, String> environmentOf(String service) {
            var environment = new HashMap<>(stack.environmentOf(service));
            environment.put("WARDROOM_GATEWAY_DOOR_TRUSTEDPROXIES", "127.0.0.0/8");
            environment.put("WARDROOM_GATEWAY_LIMITS_INGEST_LIMIT", "1000000");
            environment.put("WARDROOM_AGENT_TELEMETRY_GRACE", "20s");
            environment.put("WARDROOM_AGENT_TELEMETRY_CLOSEEVERY", "2s");
            environment.put(
                    "WARDROOM_IMPORT_DIR",
                    checkout.resolve("end-to-end/src/test/resources/import").toString());
            return environment;
        }

        @Override
        public String administrator() {
            return stack.administrator();
        }

        @Override
        public String administratorPassword() {
            return stack.administratorPassword();
        }
    }
}
