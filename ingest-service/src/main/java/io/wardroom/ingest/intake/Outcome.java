package io.wardroom.ingest.intake;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.Problem;
import io.wardroom.ingest.batch.Rejection;
import java.util.List;
import java.util.UUID;

/// Every way a batch can end.
sealed interface Outcome {
    /// All of it that could be taken lies on all in-sync replicas.
    record Accepted(UUID batchId, int items, List<Rejection> rejected) implements Outcome {}

    /// It was taken before; nothing is stored again.
    record Duplicate(UUID batchId) implements Outcome {}

    /// @param again whether the same request may succeed later
    record Refused(Problem problem, String detail, List<FieldFault> faults, boolean again) implements Outcome {}

    static Refused refused(Problem problem, String detail) {
        return new Refused(problem, detail, List.of(), false);
    }

    static Refused malformed(String field, String fault) {
        return new Refused(
                CommonProblem.VALIDATION_ERROR, field + ": " + fault, List.of(new FieldFault(field, fault)), false);
    }

    static Refused unavailable(String detail) {
        return new Refused(CommonProblem.UNAVAILABLE, detail, List.of(), true);
    }
}
