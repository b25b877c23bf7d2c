package io.wardroom.e2e;

import io.wardroom.local.Stack;
import io.wardroom.local.Suite;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

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
            return Suite.start(CHECKOUT, CHECKOUT.resolve("target/end-to-end"), STACK, true, System.out);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
