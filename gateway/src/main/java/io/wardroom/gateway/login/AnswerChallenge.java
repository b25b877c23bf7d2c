package io.wardroom.gateway.login;

/// The wish to finish a login that asked for a second factor; it ends as any [LogIn] does.
///
/// @param token of the challenge
/// @param code  of an authenticator app, or a recovery code
record AnswerChallenge(String token, String code) {
    /// Never shows either.
    @Override
    public String toString() {
        return "AnswerChallenge";
    }
}
