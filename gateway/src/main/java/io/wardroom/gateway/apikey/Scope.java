package io.wardroom.gateway.apikey;

import java.util.Optional;

/// What a key is good for: to read or to write, everywhere or in one area. Whoever may write may read.
///
/// @param area every one where there is none
record Scope(Optional<Area> area, boolean write) {
    private static final String READ = "read";
    private static final String WRITE = "write";

    /// Empty where no scope is spelled so.
    static Optional<Scope> of(String text) {
        var colon = text.indexOf(':');
        var verb = text.substring(colon + 1);
        if (!verb.equals(READ) && !verb.equals(WRITE)) {
            return Optional.empty();
        }
        var write = verb.equals(WRITE);
        return colon < 0
                ? Optional.of(new Scope(Optional.empty(), write))
                : Area.named(text.substring(0, colon)).map(area -> new Scope(Optional.of(area), write));
    }

    String spelled() {
        var verb = write ? WRITE : READ;
        return area.map(named -> named.spelled() + ':' + verb).orElse(verb);
    }

    boolean covers(Scope needed) {
        return (area.isEmpty() || area.equals(needed.area)) && (write || !needed.write);
    }
}
