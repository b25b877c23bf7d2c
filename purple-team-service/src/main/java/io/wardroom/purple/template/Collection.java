package io.wardroom.purple.template;

import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// A public collection of tests.
enum Collection {
    ATOMIC_RED_TEAM("atomics.tar.gz", Pattern.compile("(^|.*/)atomics/T[0-9.]+/T[0-9.]+\\.ya?ml")),
    CALDERA("stockpile.tar.gz", Pattern.compile("(^|.*/)data/abilities/.+\\.ya?ml"));

    private final String archive;
    private final Predicate<String> documents;

    Collection(String archive, Pattern documents) {
        this.archive = archive;
        this.documents = documents.asMatchPredicate();
    }

    /// How a file of it is called in the import folder.
    String archive() {
        return archive;
    }

    /// Whether a file of the archive holds tests.
    boolean has(String path) {
        return documents.test(path);
    }

    String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }
}
