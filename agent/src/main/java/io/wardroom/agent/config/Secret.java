package io.wardroom.agent.config;

/// A text that must not reach a log: only [#value()] shows it.
public record Secret(String value) {
    public Secret {
        if (value.isBlank()) {
            throw new IllegalArgumentException("a secret must not be blank");
        }
    }

    @Override
    public String toString() {
        return "Secret[***]";
    }
}
