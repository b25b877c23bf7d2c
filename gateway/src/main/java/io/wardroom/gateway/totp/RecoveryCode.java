package io.wardroom.gateway.totp;

import io.wardroom.common.identity.TokenHash;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.codec.binary.Base32;

/// Stands in for one code of a lost authenticator app. 80 random bits: far too many to be guessed or, from the hash, to
/// be tried through, so SHA-256 serves and no slow hash is needed.
///
/// @param letters 16 of Base32
record RecoveryCode(String letters) {
    private static final Pattern FORM = Pattern.compile("[A-Z2-7]{16}");
    private static final int BYTES = 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    static RecoveryCode random() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new RecoveryCode(new Base32().encodeAsString(bytes));
    }

    static Optional<RecoveryCode> of(String letters) {
        return FORM.matcher(letters).matches() ? Optional.of(new RecoveryCode(letters)) : Optional.empty();
    }

    /// As a person is shown it: `ABCD-EFGH-IJKL-MNOP`.
    String shown() {
        return letters.replaceAll("(.{4})(?=.)", "$1-");
    }

    /// The only form in which it is kept.
    String hash() {
        return TokenHash.of(letters);
    }

    /// Never shows the code.
    @Override
    public String toString() {
        return "RecoveryCode";
    }
}
