package io.wardroom.gateway.invitation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;

/// An invitation, without what opens it.
///
/// @param status `pending`, `accepted`, `expired`, or `replaced` by a later one to the same address
record InvitationView(
        UUID id,
        String email,
        String role,
        String status,
        @JsonProperty("expires_at") Instant expiresAt,
        @JsonProperty("created_at") Instant createdAt) {}
