package io.wardroom.purple.test;

import io.wardroom.common.security.Role;
import java.util.Locale;

/// Who somebody is in a test, by their role.
public enum Side {
    RED,
    BLUE,
    /// administrators, who stand above both
    BOTH,
    /// who only looks
    NEITHER;

    public static Side of(Role role) {
        return switch (role) {
            case OWNER, ADMIN -> BOTH;
            case RED_LEAD, RED_TECH -> RED;
            case BLUE_LEAD, BLUE_TECH -> BLUE;
            case VIEWER -> NEITHER;
        };
    }

    /// Whether it may do what `side` may.
    public boolean isOn(Side side) {
        return this == BOTH || this == side;
    }

    public String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether it may read what blue found. What blue is still writing is blue's own, so that red cannot steer by it.
    public boolean seesFindings(TestState state) {
        return state != TestState.BLUE_EVALUATING || isOn(BLUE);
    }

    /// Whether it may read what `lead`'s lead noted. While the verdict is open each lead judges without the other's
    /// notes.
    public boolean seesNotes(Side lead, TestState state) {
        return state != TestState.IN_REVIEW || isOn(lead);
    }
}
