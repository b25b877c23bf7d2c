package io.wardroom.gateway.work;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/// Work under way at the database and at others that know nothing of its transaction. For one thread.
public final class Errand {
    private static final Logger LOG = LoggerFactory.getLogger(Errand.class);

    private final Deque<Runnable> undoing = new ArrayDeque<>();
    private boolean takenBack;

    Errand() {}

    /// Waits for an answer of another server; how long is that server's client's to say.
    public static <T> T await(Mono<T> answer) {
        return Objects.requireNonNull(answer.block(), "an answer without content");
    }

    /// Waits until it is done.
    public static void done(Mono<Void> deed) {
        deed.block();
    }

    /// What undoes a step that is done elsewhere, should the whole fail later or be taken back.
    public void undoneBy(Runnable undo) {
        undoing.push(undo);
    }

    /// Leaves everything as it was before, and answers `outcome`.
    public <T> T takeBack(T outcome) {
        takenBack = true;
        return outcome;
    }

    boolean isTakenBack() {
        return takenBack;
    }

    /// The last step first. One that cannot be undone is logged; the others are.
    void undo() {
        while (!undoing.isEmpty()) {
            try {
                undoing.pop().run();
            } catch (RuntimeException failed) {
                LOG.error("a step of an errand could not be undone", failed);
            }
        }
    }
}
