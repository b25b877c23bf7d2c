package io.wardroom.ingest.batch;

/// Reads the times of RFC 3339 from the parser's own characters, because each batch holds several.
final class Rfc3339 {
    /// Answered for what is no such time.
    static final long MALFORMED = Long.MIN_VALUE;

    private static final int SHORTEST = "2026-01-31T09:15:00Z".length();
    private static final int LONGEST = "2026-01-31T09:15:00.123456789+01:00".length();
    private static final int[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private Rfc3339() {}

    /// @return epoch milliseconds, what is finer cut off, or [#MALFORMED]; a leap second counts as the one before it
    static long parse(char[] text, int at, int length) {
        if (length < SHORTEST || length > LONGEST) {
            return MALFORMED;
        }
        var year = digits(text, at, 4);
        var month = digits(text, at + 5, 2);
        var day = digits(text, at + 8, 2);
        var hour = digits(text, at + 11, 2);
        var minute = digits(text, at + 14, 2);
        var second = digits(text, at + 17, 2);
        var separated = text[at + 4] == '-'
                && text[at + 7] == '-'
                && (text[at + 10] == 'T' || text[at + 10] == 't' || text[at + 10] == ' ')
                && text[at + 13] == ':'
                && text[at + 16] == ':';
        if (!separated || year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0) {
            return MALFORMED;
        }
        if (day > DAYS[month - 1]
                || month == 2 && day == 29 && !isLeap(year)
                || hour > 23
                || minute > 59
                || second > 60) {
            return MALFORMED;
        }
        var end = at + length;
        var next = at + 19;
        var millis = 0;
        if (text[next] == '.') {
            var scale = 100;
            var first = ++next;
            for (; next < end && text[next] >= '0' && text[next] <= '9'; next++) {
                millis += (text[next] - '0') * scale;
                scale /= 10;
            }
            if (next == first) {
                return MALFORMED;
            }
        }
        var offset = offsetMinutes(text, next, end);
        if (offset == Integer.MIN_VALUE) {
            return MALFORMED;
        }
        var seconds = epochDay(year, month, day) * 86_400 + hour * 3_600L + minute * 60L + Math.min(second, 59);
        return (seconds - offset * 60L) * 1_000 + millis;
    }

    private static int offsetMinutes(char[] text, int at, int end) {
        if (end - at == 1 && (text[at] == 'Z' || text[at] == 'z')) {
            return 0;
        }
        if (end - at != 6 || text[at] != '+' && text[at] != '-' || text[at + 3] != ':') {
            return Integer.MIN_VALUE;
        }
        var hours = digits(text, at + 1, 2);
        var minutes = digits(text, at + 4, 2);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        return (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
    }

    private static int digits(char[] text, int at, int count) {
        var value = 0;
        for (var i = at; i < at + count; i++) {
            var digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static boolean isLeap(int year) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    /// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day ends one.
    private static long epochDay(int year, int month, int day) {
        var y = month > 2 ? year : year - 1;
        var m = month > 2 ? month - 3 : month + 9;
        var marchDay = (153 * m + 2) / 5 + day - 1;
        return 365L * y + Math.floorDiv(y, 4) - Math.floorDiv(y, 100) + Math.floorDiv(y, 400) + marchDay - 719_468;
    }
}
