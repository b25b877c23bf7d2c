package io.wardroom.gateway.answer;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import java.time.Duration;

/// The refusals that more than one feature gives, in one wording.
public final class Refusals {
    /// What a client is asked to wait before it tries a dependency again that is away.
    public static final Duration PAUSE = Duration.ofSeconds(5);

    private Refusals() {}

    public static ProblemException noRoute() {
        return CommonProblem.ROUTE_NOT_FOUND.because("no such route");
    }

    public static ProblemException noCredential() {
        return CommonProblem.UNAUTHORIZED.because("a valid credential is needed");
    }

    public static ProblemException tooLarge(long limitBytes) {
        return CommonProblem.PAYLOAD_TOO_LARGE.because("the body may have at most %d bytes".formatted(limitBytes));
    }

    /// @param what who is away, for a person
    public static ProblemException away(String what) {
        return CommonProblem.UNAVAILABLE.because(what + " is away").retryAfter(PAUSE);
    }

    public static ProblemException limited(Duration retryAfter) {
        return CommonProblem.RATE_LIMITED.because("too many requests").retryAfter(retryAfter);
    }
}
