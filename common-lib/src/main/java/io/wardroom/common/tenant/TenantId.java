package io.wardroom.common.tenant;

import java.util.UUID;

/// The organisation that owns a row, a user or an agent.
public record TenantId(UUID value) {
    /// What belongs to the installation rather than to one of its tenants, a refused login of an unknown name for one.
    public static final TenantId PLATFORM = new TenantId(new UUID(0, 0));

    /// @throws IllegalArgumentException if `text` is no UUID
    public static TenantId of(String text) {
        return new TenantId(UUID.fromString(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
