package io.wardroom.ingest;

import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.TokenHash;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;

/// An agent with a key of its own, made and used by the JDK's implementation.
public record TestAgent(UUID id, UUID tenant, String token, KeyPair keys, boolean pinned) {
    public static TestAgent signing() {
        return of(true);
    }

    public static TestAgent withoutKey() {
        return of(false);
    }

    private static TestAgent of(boolean pinned) {
        try {
            return new TestAgent(
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    "ms_" + UUID.randomUUID().toString().replace("-", "") + "0123456789a",
                    KeyPairGenerator.getInstance("Ed25519").generateKeyPair(),
                    pinned);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public AgentIdentity identity(long version) {
        var encoded = keys.getPublic().getEncoded();
        var raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        return new AgentIdentity(
                id, tenant, TokenHash.of(token), pinned ? Base64.getEncoder().encodeToString(raw) : null, version);
    }

    public String sign(byte[] body) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(MessageDigest.getInstance("SHA-256").digest(body));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
