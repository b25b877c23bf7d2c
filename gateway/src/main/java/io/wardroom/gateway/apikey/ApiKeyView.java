package io.wardroom.gateway.apikey;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A key, without the key.
///
/// @param username   its owner's
/// @param prefix     the key's first characters
/// @param lastUsedAt to the minute; null for a key that was never used
record ApiKeyView(
        UUID id,
        String name,
        String username,
        String prefix,
        List<String> scopes,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("expires_at") Instant expiresAt,
        @JsonProperty("last_used_at") @Nullable Instant lastUsedAt) {
    ApiKeyView {
        scopes = List.copyOf(scopes);
    }
}
