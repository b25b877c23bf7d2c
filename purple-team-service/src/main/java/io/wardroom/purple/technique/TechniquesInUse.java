package io.wardroom.purple.technique;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which of the techniques in use are looked at; empty and null mean any.
///
/// @param tactics  short names, of which a technique has at least one
/// @param platform in lower case
public record TechniquesInUse(
        List<String> tactics, @Nullable String platform) {
    public static final TechniquesInUse ALL = new TechniquesInUse(List.of(), null);

    /// As people write them: `Initial Access, execution` says the same as `initial-access,execution`.
    public static TechniquesInUse of(List<String> tactics, @Nullable String platform) {
        return new TechniquesInUse(
                shortnames(String.join(",", tactics)),
                platform == null ? null : platform.strip().toLowerCase(Locale.ROOT));
    }

    static List<String> shortnames(String joined) {
        return Arrays.stream(joined.split(",", -1))
                .map(name -> name.strip().toLowerCase(Locale.ROOT).replaceAll("[ _]+", "-"))
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }
}
