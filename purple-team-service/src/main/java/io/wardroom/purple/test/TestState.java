package io.wardroom.purple.test;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where a test stands.
public enum TestState {
    DRAFT,
    RED_EXECUTING,
    BLUE_EVALUATING,
    IN_REVIEW,
    VALIDATED,
    REJECTED;

    /// Where it may go from here. Validated is final: a retest is a new test.
    public List<TestState> next() {
        return switch (this) {
            case DRAFT -> List.of(RED_EXECUTING);
            case RED_EXECUTING -> List.of(BLUE_EVALUATING);
            case BLUE_EVALUATING -> List.of(IN_REVIEW);
            case IN_REVIEW -> List.of(VALIDATED, REJECTED);
            case VALIDATED -> List.of();
            case REJECTED -> List.of(DRAFT);
        };
    }

    /// The state as the API spells it.
    public String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<TestState> of(String spelled) {
        return Arrays.stream(values())
                .filter(state -> state.spelled().equals(spelled))
                .findFirst();
    }
}
