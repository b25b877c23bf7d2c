package io.wardroom.local;

import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/// A key pair with which the hub signs: one for what agents must obey (they learn its public half when they
/// register), one for the checkpoints of the audit log.
///
/// @param pair the private half as PKCS #8 and the public half as raw 32 bytes, both base64, a colon between them
record HubKey(String pair) {
    private static final int RAW_BYTES = 32;

    static HubKey of(Secrets secrets) {
        return new HubKey(secrets.of("hub.signing-key", HubKey::made));
    }

    static HubKey ofAuditLog(Secrets secrets) {
        return new HubKey(secrets.of("audit.signing-key", HubKey::made));
    }

    String publicHalf() {
        return pair.substring(pair.indexOf(':') + 1);
    }

    private static String made() {
        try {
            var key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            var encoded = key.getPublic().getEncoded();
            var raw = Arrays.copyOfRange(encoded, encoded.length - RAW_BYTES, encoded.length);
            var base64 = Base64.getEncoder();
            return base64.encodeToString(key.getPrivate().getEncoded()) + ":" + base64.encodeToString(raw);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", impossible);
        }
    }
}
