package io.wardroom.purple.catalogue;

/// A bundle cannot be read, or says what cannot be; the message tells where.
final class BrokenBundle extends RuntimeException {
    BrokenBundle(String message) {
        // what is wrong is in the file, not in the code
        super(message, null, false, false);
    }

    String why() {
        var message = getMessage();
        return message == null ? "" : message;
    }
}
