package io.wardroom.fleet.integrity;

import java.lang.module.ModuleDescriptor.Version;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/// Semantic versions in their order (semver.org 2.0.0, section 11). What is none has no place in it.
final class Versions {
    // the order itself is the JDK's; the form keeps out what it would read otherwise, and numbers beyond an int
    private static final Pattern SEMANTIC = Pattern.compile("v?((0|[1-9]\\d{0,8})(\\.(0|[1-9]\\d{0,8})){2}"
            + "(-(0|[1-9]\\d{0,8}|[0-9]*[a-zA-Z][0-9a-zA-Z]*)(\\.(0|[1-9]\\d{0,8}|[0-9]*[a-zA-Z][0-9a-zA-Z]*))*)?)"
            + "(\\+[0-9a-zA-Z.-]+)?");

    private Versions() {}

    static Optional<String> greatest(Collection<String> versions) {
        return versions.stream().filter(text -> parse(text).isPresent()).max(Comparator.comparing(text -> parse(text)
                .orElseThrow()));
    }

    static boolean isLess(String one, String other) {
        var first = parse(one);
        var second = parse(other);
        return first.isPresent() && second.isPresent() && first.get().compareTo(second.get()) < 0;
    }

    private static Optional<Version> parse(String text) {
        // build metadata has no rank
        var matcher = SEMANTIC.matcher(text);
        return matcher.matches() ? Optional.of(Version.parse(matcher.group(1))) : Optional.empty();
    }
}
