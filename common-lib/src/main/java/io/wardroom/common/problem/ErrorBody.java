package io.wardroom.common.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of every error answer.
///
/// @param detail what happened, for a person
/// @param code   the same for a machine
/// @param errors the fields at fault, for `VALIDATION_ERROR` only
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ErrorBody(
        String detail, String code, @Nullable List<FieldFault> errors) {
    public static ErrorBody of(Problem problem, String detail) {
        return new ErrorBody(detail, problem.code(), null);
    }
}
