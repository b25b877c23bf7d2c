package io.wardroom.gateway.totp;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a person types as their second factor.
sealed interface Code {
    /// Six digits of an authenticator app.
    record OneTime(String digits) implements Code {
        private static final Pattern FORM = Pattern.compile("[0-9]{6}");

        @Override
        public String toString() {
            return "OneTime";
        }
    }

    /// One of the codes that were shown when the second factor was turned on.
    record Recovery(RecoveryCode code) implements Code {}

    /// Spaces count for nothing, nor do the hyphens and the case of a recovery code.
    ///
    /// @return empty if the text has neither form
    static Optional<Code> of(String text) {
        var digits = text.replace(" ", "");
        return OneTime.FORM.matcher(digits).matches()
                ? Optional.of(new OneTime(digits))
                : RecoveryCode.of(digits.replace("-", "").toUpperCase(Locale.ROOT))
                        .map(Recovery::new);
    }
}
