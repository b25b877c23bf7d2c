package io.wardroom.purple.intel;

import io.wardroom.purple.Texts;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a feed tells, as it was read.
///
/// @param externalId the feed's own id of it
/// @param cves       the vulnerabilities it names
/// @param techniques the techniques it names itself
/// @param details    what only its feed has
record Entry(
        String externalId,
        String title,
        String summary,
        @Nullable String url,
        @Nullable Instant published,
        Set<String> cves,
        Set<String> techniques,
        Map<String, String> details) {
    private static final Pattern CVE = Pattern.compile("(?i)\\bCVE-\\d{4}-\\d{4,7}\\b");
    private static final Pattern TECHNIQUE = Pattern.compile("\\bT\\d{4}(?:\\.\\d{3})?\\b");
    private static final Pattern STORABLE = Pattern.compile(Texts.STORABLE);
    private static final int MOST_NAMED = 100;

    /// The vulnerabilities a text names, in their usual spelling.
    static Set<String> cvesIn(String text) {
        return found(CVE, text.toUpperCase(Locale.ROOT));
    }

    static Set<String> techniquesIn(String text) {
        return found(TECHNIQUE, text);
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group())
                .limit(MOST_NAMED)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static boolean isStorable(String text) {
        return STORABLE.matcher(text).matches();
    }

    static String shortened(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
    }
}
