package io.wardroom.gateway.answer;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.Problem;
import io.wardroom.common.problem.ProblemException;
import java.time.Duration;
import org.springframework.http.HttpStatus;

/// The refusals that more than one feature gives, in one wording.
public final class Refusals {
    /// What a client is asked to wait before it tries a dependency again that is away.
    public static final Duration PAUSE = Duration.ofSeconds(5);

    private enum SlowBody implements Problem {
        REQUEST_TIMEOUT;

        @Override
        public String code() {
            return name();
        }

        @Override
        public HttpStatus status() {
            return HttpStatus.REQUEST_TIMEOUT;
        }
    }

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

    public static ProblemException bodyTooSlow() {
        return SlowBody.REQUEST_TIMEOUT.because("the body did not come in time");
    }

    /// @param what who is away, for a person
    public static ProblemException away(String what) {
        return CommonProblem.UNAVAILABLE.because(what + " is away").retryAfter(PAUSE);
    }

    public static ProblemException limited(Duration retryAfter) {
        return CommonProblem.RATE_LIMITED.because("too many requests").retryAfter(retryAfter);
    }
}
