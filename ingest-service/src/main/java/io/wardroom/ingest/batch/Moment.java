package io.wardroom.ingest.batch;

import com.google.protobuf.ByteString;

/// Measured values of one time, packed.
public record Moment(MomentLayout layout, long capturedAtMs, ByteString values) {}
