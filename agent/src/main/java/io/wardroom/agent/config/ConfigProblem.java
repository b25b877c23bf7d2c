package io.wardroom.agent.config;

/// Settings that cannot be used; the message is one sentence for the person who wrote them.
public final class ConfigProblem extends Exception {
    public ConfigProblem(String message) {
        super(message);
    }
}
