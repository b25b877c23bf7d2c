package io.wardroom.purple.intel;

/// A feed cannot be had or cannot be read; the message tells why and where.
final class BrokenFeed extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean away;

    private BrokenFeed(String message, boolean away) {
        // what is wrong is in the feed, not in the code
        super(message, null, false, false);
        this.away = away;
    }

    /// Its address does not give it; later it may.
    static BrokenFeed away(String message) {
        return new BrokenFeed(message, true);
    }

    static BrokenFeed unreadable(String message) {
        return new BrokenFeed(message, false);
    }

    boolean isAway() {
        return away;
    }

    String why() {
        var message = getMessage();
        return message == null ? "" : message;
    }
}
