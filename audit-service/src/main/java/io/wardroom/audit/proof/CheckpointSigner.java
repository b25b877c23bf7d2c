package io.wardroom.audit.proof;

import io.wardroom.common.tenant.TenantId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.springframework.stereotype.Component;

/// Writes checkpoints as signed notes. The key's name is the tree's origin, so that a checkpoint of one tenant cannot
/// pass for another's.
///
/// @see <a href="https://c2sp.org/signed-note">C2SP signed-note</a>
@Component
class CheckpointSigner {
    private static final String ED25519 = "Ed25519";
    private static final byte ALGORITHM = 1;
    private static final int KEY_ID_BYTES = 4;
    // what stands before the 32 bytes of a public key in its X.509 form (RFC 8410)
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String installation;
    private final PrivateKey key;
    private final byte[] publicKey;

    /// @throws IllegalArgumentException if the settings hold no pair, or halves of two
    CheckpointSigner(ProofProperties settings) {
        this.installation = settings.installation();
        var halves = settings.signingKey().split(":", -1);
        if (halves.length != 2) {
            throw new IllegalArgumentException(
                    "wardroom.audit.proof.signing-key (WARDROOM_AUDIT_SIGNING_KEY) is no pair: <PKCS #8>:<public half>");
        }
        try {
            var base64 = Base64.getDecoder();
            this.key = KeyFactory.getInstance(ED25519)
                    .generatePrivate(new PKCS8EncodedKeySpec(base64.decode(halves[0].strip())));
            this.publicKey = base64.decode(halves[1].strip());
            checkHalvesMatch();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("wardroom.audit.proof.signing-key is no Ed25519 pair", unusable);
        }
    }

    String origin(TenantId tenant) {
        return "wardroom/%s/%s".formatted(installation, tenant);
    }

    /// What a verifier is given to know this tree's signatures by.
    String verifierKey(TenantId tenant) {
        var origin = origin(tenant);
        var typed = join(new byte[] {ALGORITHM}, publicKey);
        return origin + "+" + HexFormat.of().formatHex(keyId(origin)) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    Checkpoint sign(TenantId tenant, long size, byte[] root, Instant now) {
        var origin = origin(tenant);
        var base64 = Base64.getEncoder();
        var text = "%s\n%d\n%s\n".formatted(origin, size, base64.encodeToString(root));
        var signature = join(keyId(origin), signatureOf(text));
        var note = "%s\n— %s %s\n".formatted(text, origin, base64.encodeToString(signature));
        return new Checkpoint(size, root, now, note);
    }

    private byte[] keyId(String name) {
        var digest = Hashing.digest();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(new byte[] {'\n', ALGORITHM});
        return Arrays.copyOf(digest.digest(publicKey), KEY_ID_BYTES);
    }

    private byte[] signatureOf(String text) {
        try {
            var signature = Signature.getInstance(ED25519);
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return signature.sign();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException("the key that signed at the start does not sign", unusable);
        }
    }

    private void checkHalvesMatch() throws GeneralSecurityException {
        var text = "wardroom";
        var check = Signature.getInstance(ED25519);
        check.initVerify(KeyFactory.getInstance(ED25519).generatePublic(new X509EncodedKeySpec(join(X509, publicKey))));
        check.update(text.getBytes(StandardCharsets.UTF_8));
        if (!check.verify(signatureOf(text))) {
            throw new IllegalArgumentException("the halves of wardroom.audit.proof.signing-key are of two pairs");
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        var joined = new ByteArrayOutputStream(first.length + second.length);
        joined.writeBytes(first);
        joined.writeBytes(second);
        return joined.toByteArray();
    }
}
