package io.wardroom.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The agent's own version, as the build wrote it down.
final class AgentVersion {
    private AgentVersion() {}

    static String read() {
        try (var in = AgentVersion.class.getResourceAsStream("version.properties")) {
            if (in == null) {
                throw new IllegalStateException("version.properties is missing from the jar");
            }
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "0.0.0");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
