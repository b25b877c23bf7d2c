package io.wardroom.purple.template;

import java.util.Locale;

/// How deep a template's test reaches into a host. The collections say nothing of it, so it is told from two facts
/// that they do state: whether it needs an administrator's rights, and whether it leaves something to clean up.
/// `critical` is only ever a person's word.
enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    static Severity of(boolean elevated, boolean leavesSomething) {
        if (elevated && leavesSomething) {
            return HIGH;
        }
        return elevated || leavesSomething ? MEDIUM : LOW;
    }

    String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }
}
