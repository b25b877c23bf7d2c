package io.wardroom.ingest.agent;

import io.wardroom.common.tenant.TenantId;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An agent as the intake needs it: parsed once when its identity arrives, not for each batch.
public final class KnownAgent {
    private final UUID id;
    private final String name;
    private final TenantId tenant;
    private final @Nullable VerifyingKey pinned;
    private final Set<String> refused;

    public KnownAgent(UUID id, TenantId tenant, @Nullable VerifyingKey pinned, Collection<String> refused) {
        this.id = id;
        this.name = id.toString();
        this.tenant = tenant;
        this.pinned = pinned;
        this.refused = Set.copyOf(refused);
    }

    public UUID id() {
        return id;
    }

    /// The id as text: the key of all its records.
    public String name() {
        return name;
    }

    public TenantId tenant() {
        return tenant;
    }

    /// Whether this start of the agent is taken for a copy of it.
    public boolean refuses(String instance) {
        return refused.contains(instance);
    }

    /// Decides by the contract's table.
    ///
    /// @param digest the 32 raw bytes of SHA-256 over the request's exact bytes
    /// @param header the signature header as it came, or null
    public SignatureVerdict judge(byte[] digest, @Nullable String header) {
        return SignatureVerdict.of(pinned, digest, header);
    }
}
