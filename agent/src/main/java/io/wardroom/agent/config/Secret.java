package io.wardroom.agent.config;

import java.util.Optional;
import java.util.regex.Pattern;

/// A token that must not reach a log: only [#value()] shows it.
///
/// @param value printable ASCII without blanks, so that it can stand in a header
public record Secret(String value) {
    private static final Pattern TOKEN = Pattern.compile("[!-~]{1,1024}");

    public Secret {
        if (!TOKEN.matcher(value).matches()) {
            throw new IllegalArgumentException("a token is printable ASCII without blanks");
        }
    }

    /// The token in a text from outside; empty where it holds none.
    public static Optional<Secret> of(String text) {
        return TOKEN.matcher(text).matches() ? Optional.of(new Secret(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return "Secret[***]";
    }
}
