package io.wardroom.gateway.login;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import java.util.ArrayList;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;

/// What is sent to log in, as JSON or as a form.
///
/// @param username user name or e-mail address, at most 255 characters
/// @param password at most 1024 characters
record LoginForm(@Nullable String username, @Nullable String password) {
    private static final int LONGEST_USERNAME = 255;
    private static final int LONGEST_PASSWORD = 1024;
    /// What clients of OAuth's password grant send beside it (RFC 6749, section 4.3.2).
    private static final Set<String> PASSED_OVER = Set.of("grant_type", "scope", "client_id", "client_secret");

    /// @throws ProblemException if a field is none of this form
    static LoginForm of(MultiValueMap<String, String> fields) {
        for (var name : fields.keySet()) {
            if (!name.equals("username") && !name.equals("password") && !PASSED_OVER.contains(name)) {
                throw ProblemException.invalid(name, "is no field of this request");
            }
        }
        return new LoginForm(fields.getFirst("username"), fields.getFirst("password"));
    }

    /// @throws ProblemException naming every field at fault
    LogIn wish() {
        var faults = new ArrayList<FieldFault>();
        var name = checked("username", username, LONGEST_USERNAME, faults);
        var word = checked("password", password, LONGEST_PASSWORD, faults);
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults.toArray(FieldFault[]::new));
        }
        return new LogIn(name, word);
    }

    private static String checked(String field, @Nullable String value, int longest, ArrayList<FieldFault> faults) {
        if (value == null || value.isBlank()) {
            faults.add(new FieldFault(field, "must not be blank"));
            return "";
        }
        if (value.length() > longest) {
            faults.add(new FieldFault(field, "must have at most %d characters".formatted(longest)));
        }
        return value;
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "LoginForm[username=" + username + "]";
    }
}
