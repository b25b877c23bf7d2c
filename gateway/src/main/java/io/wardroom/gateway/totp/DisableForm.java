package io.wardroom.gateway.totp;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is sent to turn a second factor off.
///
/// @param password at most 1024 characters
/// @param code     six digits, or a recovery code
record DisableForm(@Nullable String password, @Nullable String code) {
    private static final int LONGEST_PASSWORD = 1024;
    private static final int LONGEST_CODE = 64;

    /// @throws ProblemException naming every field at fault
    TurnOff wish(Actor actor) {
        var faults = new ArrayList<FieldFault>();
        if (password == null || password.isBlank()) {
            faults.add(new FieldFault("password", "must not be blank"));
        } else if (password.length() > LONGEST_PASSWORD) {
            faults.add(new FieldFault("password", "must have at most %d characters".formatted(LONGEST_PASSWORD)));
        }
        var read = code == null || code.length() > LONGEST_CODE ? Optional.<Code>empty() : Code.of(code);
        if (read.isEmpty()) {
            faults.add(new FieldFault("code", "must be six digits or a recovery code"));
        }
        if (password == null || read.isEmpty() || !faults.isEmpty()) {
            throw ProblemException.invalid(faults.toArray(FieldFault[]::new));
        }
        return new TurnOff(actor, password, read.get());
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "DisableForm";
    }
}
