package io.wardroom.agent.json;

import java.io.IOException;

/// A text that should have been JSON and is not, or is larger or deeper than allowed.
public final class JsonProblem extends IOException {
    JsonProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
