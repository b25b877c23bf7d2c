package io.wardroom.ingest.batch;

/// One item that was not taken.
///
/// @param index its place in the batch, from 0
public record Rejection(int index, String code, String detail) {}
