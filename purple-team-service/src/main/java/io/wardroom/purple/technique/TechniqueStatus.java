package io.wardroom.purple.technique;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How well a technique is detected, as far as it was tested.
public enum TechniqueStatus {
    NOT_EVALUATED(0),
    IN_PROGRESS(0),
    VALIDATED(2),
    PARTIAL(1),
    NOT_COVERED(0);

    private final int cover;

    TechniqueStatus(int cover) {
        this.cover = cover;
    }

    /// The status as the API spells it.
    public String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether the step from here to `after` takes cover away.
    public boolean isLoweredBy(TechniqueStatus after) {
        return after.cover < cover;
    }

    public static Optional<TechniqueStatus> of(String spelled) {
        return Arrays.stream(values())
                .filter(status -> status.spelled().equals(spelled))
                .findFirst();
    }
}
