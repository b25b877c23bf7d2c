package io.wardroom.gateway.limit;

/// What calls are counted by.
public enum Per {
    /// The client's address.
    IP,
    USER,
    TENANT,
    AGENT,
    /// Not counted.
    NOBODY
}
