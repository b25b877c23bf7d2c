package io.wardroom.common.problem;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Carries a [Problem] from where it was decided to the edge, which answers it in the error form.
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;
    private final transient List<FieldFault> faults;
    private final transient @Nullable Duration retryAfter;

    public ProblemException(Problem problem, String detail) {
        this(problem, detail, List.of(), null);
    }

    private ProblemException(Problem problem, String detail, List<FieldFault> faults, @Nullable Duration retryAfter) {
        // an expected refusal needs no stack trace
        super(detail, null, false, false);
        this.problem = problem;
        this.faults = List.copyOf(faults);
        this.retryAfter = retryAfter;
    }

    /// A 400 that names the fields at fault.
    public static ProblemException invalid(FieldFault... faults) {
        var first = faults[0];
        return new ProblemException(
                CommonProblem.VALIDATION_ERROR, first.field() + ": " + first.message(), List.of(faults), null);
    }

    /// A 400 that names the field at fault, as clients spell it.
    public static ProblemException invalid(String field, String message) {
        return invalid(new FieldFault(field, message));
    }

    /// The same refusal with a `Retry-After`.
    public ProblemException retryAfter(Duration pause) {
        return new ProblemException(problem, detail(), faults, pause);
    }

    public Problem problem() {
        return problem;
    }

    public String detail() {
        var message = getMessage();
        return message == null ? "" : message;
    }

    public List<FieldFault> faults() {
        return faults;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    public ErrorBody body() {
        return new ErrorBody(detail(), problem.code(), faults.isEmpty() ? null : faults);
    }
}
