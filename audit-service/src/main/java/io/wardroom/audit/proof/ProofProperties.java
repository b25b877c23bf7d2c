package io.wardroom.audit.proof;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param installation the middle of each tree's origin, `wardroom/<installation>/<tenant_id>`; no other hub's
/// @param signingKey   an Ed25519 pair: the private half as PKCS #8 and the public half as raw 32 bytes, both base64, a
///                     colon between them
@ConfigurationProperties("wardroom.audit.proof")
record ProofProperties(
        @DefaultValue("local") String installation,
        @DefaultValue("") String signingKey) {
    ProofProperties {
        if (!installation.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new IllegalArgumentException("wardroom.audit.proof.installation: letters, digits, dots and dashes");
        }
    }

    @Override
    public String toString() {
        return "ProofProperties[installation=%s]".formatted(installation);
    }
}
