package io.wardroom.fleet.telemetry;

import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import java.util.Comparator;

/// The order in which series are listed: by name, then by labels.
final class SeriesOrder {
    static final Comparator<SeriesName> BY_NAME = Comparator.comparing(SeriesName::name)
            .thenComparing(one -> one.labels().toString());

    private SeriesOrder() {}
}
