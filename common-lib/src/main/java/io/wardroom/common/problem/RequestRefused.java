package io.wardroom.common.problem;

/// Told inside a service before a person learns that a request is refused for what it asks, so that it can be put on
/// record first.
public record RequestRefused(Problem problem) {}
