package io.wardroom.ingest.batch;

import com.google.protobuf.ByteString;
import io.wardroom.common.telemetry.SeriesLayout;

/// Which series a moment's values stand for.
public sealed interface MomentLayout {
    ByteString id();

    /// Everyone can look it up already.
    record Published(ByteString id) implements MomentLayout {}

    /// Nobody was told of it yet, as far as this replica knows.
    record Unpublished(ByteString id, ShapeKey shape, SeriesLayout series) implements MomentLayout {}
}
