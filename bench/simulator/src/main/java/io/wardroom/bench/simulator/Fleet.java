package io.wardroom.bench.simulator;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Registers virtual agents at the suite.
final class Fleet {
    private static final Duration KNOWN_WITHIN = Duration.ofSeconds(30);

    private Fleet() {}

    /// Makes a host of what is registered.
    @FunctionalInterface
    interface Dress {
        VirtualAgent of(String id, String token, SigningKey key, int number);
    }

    static List<VirtualAgent> register(Suite suite, int count) throws IOException, InterruptedException {
        return register(suite, count, VirtualAgent::new);
    }

    static List<VirtualAgent> register(Suite suite, int count, Dress dress) throws IOException, InterruptedException {
        var token = suite.enrolmentToken();
        var run = UUID.randomUUID().toString().substring(0, 8);
        var agents = new ArrayList<VirtualAgent>(count);
        for (var i = 0; i < count; i++) {
            agents.add(register(suite, token, "simulated-%s-%05d".formatted(run, i), i, dress));
            if ((i + 1) % 500 == 0) {
                System.out.printf("%d agents registered%n", i + 1);
            }
        }
        awaitKnown(suite, agents.getLast());
        return agents;
    }

    private static VirtualAgent register(Suite suite, String token, String machine, int number, Dress dress)
            throws IOException, InterruptedException {
        try {
            var key = SigningKey.generate();
            var answer = suite.register(token, machine, key.publicKey());
            return dress.of(
                    answer.get("agent_id").asString(), answer.get("agent_token").asString(), key, number);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has Ed25519", impossible);
        }
    }

    /// Identities travel in order: where the last is known, all are.
    private static void awaitKnown(Suite suite, VirtualAgent last) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + KNOWN_WITHIN.toNanos();
        while (true) {
            var answer = suite.heartbeat(last.id(), last.token());
            if (answer.status() == 200) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "a registered agent is not let in: %d %s".formatted(answer.status(), answer.body()));
            }
            Thread.sleep(Duration.ofMillis(100));
        }
    }
}
