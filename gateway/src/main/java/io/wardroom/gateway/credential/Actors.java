package io.wardroom.gateway.credential;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.security.Actor;
import org.springframework.security.oauth2.jwt.Jwt;

/// Who calls one of the gateway's own routes.
public final class Actors {
    private Actors() {}

    /// @throws io.wardroom.common.problem.ProblemException 403 for an account without a role in any tenant
    public static Actor of(Jwt token) {
        try {
            return Actor.of(token);
        } catch (IllegalArgumentException notOurs) {
            throw CommonProblem.FORBIDDEN.because("the account has no role in any tenant");
        }
    }
}
