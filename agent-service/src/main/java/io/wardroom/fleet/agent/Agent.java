package io.wardroom.fleet.agent;

import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One machine of a tenant.
///
/// @param machine      what it says of itself
/// @param tokenSha256  hash of the token it reports with
/// @param pin          the key its batches must be signed with, once it has shown one
/// @param refused      its starts that are taken for a copy of it; their batches are not taken
/// @param copy         what it is a copy of, where it is one that was let in
/// @param version      grows with each change of its identity
record Agent(
        UUID id,
        TenantId tenant,
        Machine machine,
        List<String> tags,
        String tokenSha256,
        @Nullable Pin pin,
        List<String> refused,
        @Nullable Copy copy,
        Instant firstSeenAt,
        long version) {
    /// More than a machine can have copies at work at one time; the oldest are forgotten.
    private static final int MOST_REFUSED = 16;

    /// A key pinned on first use.
    ///
    /// @param signingPubkey raw 32-byte Ed25519 key, base64
    record Pin(String signingPubkey, Instant setAt) {}

    /// The start of another agent as which it was first seen.
    record Copy(UUID of, String instance) {}

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
        return new Agent(id, tenant, now, tags, newTokenSha256, newPin, refused, copy, firstSeenAt, version + 1);
    }

    /// The same agent after its token was replaced.
    Agent withToken(String newTokenSha256) {
        return new Agent(id, tenant, machine, tags, newTokenSha256, pin, refused, copy, firstSeenAt, version + 1);
    }

    /// The same agent without its key: the next one it shows is pinned.
    Agent withoutPin() {
        return new Agent(id, tenant, machine, tags, tokenSha256, null, refused, copy, firstSeenAt, version + 1);
    }

    boolean refuses(String instance) {
        return refused.contains(instance);
    }

    /// The same agent, of which one start is taken for a copy.
    Agent refusing(String instance) {
        var all = Stream.concat(refused.stream(), Stream.of(instance)).toList();
        var newest = all.subList(Math.max(0, all.size() - MOST_REFUSED), all.size());
        return new Agent(id, tenant, machine, tags, tokenSha256, pin, newest, copy, firstSeenAt, version + 1);
    }

    AgentIdentity identity() {
        return new AgentIdentity(
                id,
                tenant.value(),
                tokenSha256,
                Optional.ofNullable(pin).map(Pin::signingPubkey).orElse(null),
                version,
                refused);
    }
}
