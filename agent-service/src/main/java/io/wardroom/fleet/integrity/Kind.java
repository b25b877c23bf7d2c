package io.wardroom.fleet.integrity;

import java.util.Arrays;
import java.util.Locale;

/// What can be doubted of an agent.
enum Kind {
    UNSIGNED_PAYLOAD,
    SIGNATURE_INVALID,
    CLOCK_DRIFT,
    CADENCE_ANOMALY,
    FLAT_METRICS,
    VERSION_DOWNGRADE,
    CLONE_SUSPECTED;

    String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }

    static boolean isOne(String text) {
        return Arrays.stream(values()).anyMatch(kind -> kind.spelled().equals(text));
    }
}
