package io.wardroom.ingest.batch;

/// Which texts may be stored: PostgreSQL takes no NUL, UTF-8 has no half of a surrogate pair.
final class Texts {
    private Texts() {}

    /// A name or other text of one line: no control characters at all.
    static boolean isLine(String text) {
        for (var i = 0; i < text.length(); i++) {
            var one = text.charAt(i);
            if (one < ' ' || one >= '\u007f' && one <= '\u009f') {
                return false;
            }
        }
        return isWhole(text);
    }

    /// Any text: control characters are those of a log's lines, tabs and escapes, but never NUL.
    static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && isWhole(text);
    }

    private static boolean isWhole(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isHighSurrogate(text.charAt(i))
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /// A piece of an agent's text for an answer: short, and nothing that could upset a terminal.
    static String excerpt(String text) {
        var most = Math.min(text.length(), 48);
        var piece = new StringBuilder(most + 1);
        text.codePoints()
                .limit(most)
                .map(one -> Character.isLetterOrDigit(one) || "_-. /".indexOf(one) >= 0 ? one : '?')
                .forEach(piece::appendCodePoint);
        return most < text.length() ? piece.append('…').toString() : piece.toString();
    }
}
