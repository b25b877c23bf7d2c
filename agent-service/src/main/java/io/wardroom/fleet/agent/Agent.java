package io.wardroom.fleet.agent;

import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One machine of a tenant.
///
/// @param machine      what it says of itself
/// @param tokenSha256  hash of the token it reports with
/// @param pin          the key its batches must be signed with, once it has shown one
/// @param version      grows with each change of its identity
record Agent(
        UUID id,
        TenantId tenant,
        Machine machine,
        List<String> tags,
        String tokenSha256,
        @Nullable Pin pin,
        Instant firstSeenAt,
        long version) {
    /// A key pinned on first use.
    ///
    /// @param signingPubkey raw 32-byte Ed25519 key, base64
    record Pin(String signingPubkey, Instant setAt) {}

    /// How the key a machine shows at registration stands to the pinned one.
    enum KeyMatch {
        /// The pinned key again, or no pin and no key.
        SAME,
        /// No pin yet: the shown key becomes it.
        FIRST_USE,
        /// Pinned, but none was shown.
        MISSING,
        /// Pinned, and another was shown.
        OTHER
    }

    KeyMatch match(@Nullable String shown) {
        if (pin == null) {
            return shown == null ? KeyMatch.SAME : KeyMatch.FIRST_USE;
        }
        if (shown == null) {
            return KeyMatch.MISSING;
        }
        return shown.equals(pin.signingPubkey()) ? KeyMatch.SAME : KeyMatch.OTHER;
    }

    /// The same machine after it registered again.
    Agent registeredAgain(Machine now, String newTokenSha256, @Nullable String shown, Instant at) {
        if (match(shown) == KeyMatch.OTHER || match(shown) == KeyMatch.MISSING) {
            throw new IllegalStateException("agent %s may not take another key".formatted(id));
        }
        var newPin = pin == null && shown != null ? new Pin(shown, at) : pin;
        return new Agent(id, tenant, now, tags, newTokenSha256, newPin, firstSeenAt, version + 1);
    }

    AgentIdentity identity() {
        return new AgentIdentity(
                id,
                tenant.value(),
                tokenSha256,
                Optional.ofNullable(pin).map(Pin::signingPubkey).orElse(null),
                version);
    }
}
