package io.wardroom.gateway.login;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.totp.Challenges;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// What is sent to finish a login.
///
/// @param challengeToken as the first step of the login answered it
/// @param code           six digits, or a recovery code
record ChallengeForm(
        @JsonProperty("challenge_token") @Nullable String challengeToken,
        @Nullable String code) {
    private static final int LONGEST = 64;

    /// @throws ProblemException naming every field at fault
    AnswerChallenge wish() {
        var faults = new ArrayList<FieldFault>();
        if (challengeToken == null || challengeToken.isBlank()) {
            faults.add(new FieldFault("challenge_token", "must not be blank"));
        } else if (challengeToken.length() > LONGEST) {
            faults.add(new FieldFault("challenge_token", "must have at most %d characters".formatted(LONGEST)));
        }
        if (code == null || code.length() > LONGEST || !Challenges.isCode(code)) {
            faults.add(new FieldFault("code", "must be six digits or a recovery code"));
        }
        if (challengeToken == null || code == null || !faults.isEmpty()) {
            throw ProblemException.invalid(faults.toArray(FieldFault[]::new));
        }
        return new AnswerChallenge(challengeToken, code);
    }

    /// Never shows either.
    @Override
    public String toString() {
        return "ChallengeForm";
    }
}
