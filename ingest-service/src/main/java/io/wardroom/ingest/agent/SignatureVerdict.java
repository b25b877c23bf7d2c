package io.wardroom.ingest.agent;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// What the signature of a batch, or the lack of one, means: the contract's decision table.
public enum SignatureVerdict {
    /// The pinned key verified it.
    VALID(true),
    /// No key is pinned, so nothing can be checked: taken, and told as an anomaly.
    NOT_PINNED(true),
    /// A key is pinned but nothing was signed.
    MISSING(false),
    /// A key is pinned and this is not its signature.
    WRONG(false);

    private final boolean accepted;

    SignatureVerdict(boolean accepted) {
        this.accepted = accepted;
    }

    public boolean accepted() {
        return accepted;
    }

    static SignatureVerdict of(@Nullable VerifyingKey pinned, byte[] digest, @Nullable String header) {
        if (pinned == null) {
            return NOT_PINNED;
        }
        if (header == null || header.isBlank()) {
            return MISSING;
        }
        byte[] signature;
        try {
            signature = Base64.getDecoder().decode(header.strip());
        } catch (IllegalArgumentException malformed) {
            return WRONG;
        }
        return pinned.verifies(digest, signature) ? VALID : WRONG;
    }
}
