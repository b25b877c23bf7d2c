package io.wardroom.purple.evidence;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Makes a sender's name for a file one that every system can take and no reader is misled by.
final class FileName {
    private static final int LONGEST = 200;
    // control and format characters turn a name's letters round; half pairs cannot be kept
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");
    private static final Pattern SPECIAL = Pattern.compile("[<>:\"|?*;%]");
    private static final Pattern EDGES = Pattern.compile("^[.\\s]+|[.\\s]+$");

    private FileName() {}

    static String safe(@Nullable String given) {
        if (given == null) {
            return "file";
        }
        var last = given.substring(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1);
        var seen = SPECIAL.matcher(UNSEEN.matcher(last).replaceAll("")).replaceAll("_");
        var name = EDGES.matcher(seen).replaceAll("");
        if (name.isEmpty()) {
            return "file";
        }
        if (name.length() <= LONGEST) {
            return name;
        }
        // the ending says how to open it
        var dot = name.lastIndexOf('.');
        var ending = dot > 0 && name.length() - dot <= 16 ? name.substring(dot) : "";
        var cut = LONGEST - ending.length();
        return name.substring(0, Character.isHighSurrogate(name.charAt(cut - 1)) ? cut - 1 : cut) + ending;
    }
}
