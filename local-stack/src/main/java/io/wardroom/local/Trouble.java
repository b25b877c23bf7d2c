package io.wardroom.local;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What keeps the stack from running: one sentence for a person, what to do about it, and the log that tells more.
public final class Trouble extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String advice;
    private final transient @Nullable Path log;

    Trouble(String sentence, String advice) {
        this(sentence, advice, null, null);
    }

    Trouble(String sentence, String advice, @Nullable Path log) {
        this(sentence, advice, log, null);
    }

    Trouble(String sentence, String advice, @Nullable Path log, @Nullable Throwable cause) {
        super(sentence, cause);
        this.advice = advice;
        this.log = log;
    }

    String advice() {
        return advice;
    }

    @Nullable
    Path log() {
        return log;
    }

    @Override
    public String toString() {
        return getMessage() + " " + advice + (log == null ? "" : " Its log: " + log);
    }
}
