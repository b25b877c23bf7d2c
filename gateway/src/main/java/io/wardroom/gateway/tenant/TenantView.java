package io.wardroom.gateway.tenant;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A tenant and who was its first owner.
record TenantView(
        UUID id, String name, @JsonProperty("created_at") Instant createdAt, OwnerView owner) {
    record OwnerView(UUID id, String username, @Nullable String email) {}
}
