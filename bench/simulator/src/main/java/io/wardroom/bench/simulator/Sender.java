package io.wardroom.bench.simulator;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;

/// Offers batches to the suite and writes down what came of them. For any thread.
final class Sender {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Suite suite;
    private final Outcomes outcomes;
    private final Semaphore connections;

    /// @param connections most requests under way at one time
    Sender(Suite suite, Outcomes outcomes, int connections) {
        this.suite = suite;
        this.outcomes = outcomes;
        this.connections = new Semaphore(connections, true);
    }

    enum Result {
        ACKNOWLEDGED,
        REFUSED,
        SUSPECTED_CLONE,
        /// To be offered again.
        OPEN
    }

    /// @param pause before it is offered again
    record Attempt(Result result, Duration pause) {}

    Attempt offer(Ledger ledger, Ledger.Sent sent, String token, byte[] signature, byte[] body)
            throws InterruptedException {
        try {
            Suite.Answer answer;
            connections.acquire();
            try {
                answer = suite.ingest(token, signature, body);
            } finally {
                connections.release();
            }
            if (answer.status() == 202) {
                acknowledged(ledger, sent, answer);
                return new Attempt(Result.ACKNOWLEDGED, Duration.ZERO);
            }
            var why = answer.status() + " " + answer.body().path("code").asString("");
            // 401: a new identity is not yet known everywhere
            if (answer.status() == 429 || answer.status() >= 500 || answer.status() == 401) {
                outcomes.triedAgain(why);
                var asked = Duration.ofSeconds(answer.status() == 401 ? 1 : answer.retryAfter());
                return new Attempt(Result.OPEN, asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked);
            }
            outcomes.refused(why);
            ledger.refused(sent);
            return new Attempt(
                    why.equals("409 CLONE_SUSPECTED") ? Result.SUSPECTED_CLONE : Result.REFUSED, Duration.ZERO);
        } catch (IOException noAnswer) {
            outcomes.triedAgain("no answer");
            return new Attempt(Result.OPEN, SHORTEST_PAUSE);
        }
    }

    private void acknowledged(Ledger ledger, Ledger.Sent sent, Suite.Answer answer) {
        Set<Integer> rejected = new HashSet<>();
        answer.body().path("rejected").forEach(item -> {
            rejected.add(item.path("index").asInt(-1));
            outcomes.rejectedItem(item.path("code").asString(""));
        });
        outcomes.acknowledged.incrementAndGet();
        outcomes.items.add(sent.items() - rejected.size());
        if (answer.body().path("duplicate").asBoolean(false)) {
            outcomes.duplicates.increment();
        }
        ledger.acknowledged(sent, rejected);
    }
}
