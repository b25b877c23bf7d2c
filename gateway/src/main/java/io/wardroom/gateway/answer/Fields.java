package io.wardroom.gateway.answer;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the fields of a form and keeps what is wrong with them, so that all of it is answered at once.
public final class Fields {
    private static final int LONGEST_EMAIL = 254;
    private static final int LONGEST_PASSWORD = 256;
    /// Narrower than RFC 5322: one plain address, without a name, a comment or a quote. Keycloak looks closer.
    private static final Pattern EMAIL = Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}");
    /// No `@`, which marks an e-mail address where people log in.
    private static final Pattern USERNAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{2,63}");

    private final List<FieldFault> faults = new ArrayList<>();

    public String text(String field, @Nullable String value, int longest) {
        if (value == null || value.isBlank()) {
            return wrong(field, "must not be blank");
        }
        return value.length() > longest ? wrong(field, "must have at most %d characters".formatted(longest)) : value;
    }

    public String username(String field, @Nullable String value) {
        return value != null && USERNAME.matcher(value).matches()
                ? value
                : wrong(field, "must have 3 to 64 letters, digits, dots, hyphens or underscores");
    }

    /// In lower case, as Keycloak keeps it.
    public String email(String field, @Nullable String value) {
        return value != null
                        && value.length() <= LONGEST_EMAIL
                        && EMAIL.matcher(value).matches()
                ? value.toLowerCase(Locale.ROOT)
                : wrong(field, "must be an e-mail address");
    }

    /// What makes a good one is Keycloak's to say.
    public String password(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return wrong(field, "must not be empty");
        }
        return value.length() > LONGEST_PASSWORD
                ? wrong(field, "must have at most %d characters".formatted(LONGEST_PASSWORD))
                : value;
    }

    public String wrong(String field, String message) {
        faults.add(new FieldFault(field, message));
        return "";
    }

    /// @throws ProblemException naming every field at fault
    public void check() {
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults.toArray(FieldFault[]::new));
        }
    }
}
