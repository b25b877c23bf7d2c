package io.wardroom.fleet.alert.rule;

/// What a moment says of a condition.
enum Truth {
    TRUE,
    FALSE,
    /// The host is heard, but what the condition is about is not there: a file system that was unmounted.
    ABSENT,
    /// Nothing is known: the host, or the hub, was away.
    SILENT
}
