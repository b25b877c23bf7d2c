package io.wardroom.purple.test;

import io.wardroom.common.problem.CommonProblem;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/// A test cannot go where it was sent. It is answered in a form of its own, with five keys below `detail`.
final class TransitionRefused extends RuntimeException {
    private final transient TestState current;
    private final transient TestState target;

    TransitionRefused(TestState current, TestState target) {
        super(
                "Cannot transition from '%s' to '%s'. Valid transitions: %s"
                        .formatted(
                                current.spelled(),
                                target.spelled(),
                                current.next().stream()
                                        .map(state -> "'" + state.spelled() + "'")
                                        .collect(Collectors.joining(", ", "[", "]"))),
                null,
                false,
                false);
        this.current = current;
        this.target = target;
    }

    record Detail(
            String message, String code, String currentState, String targetState, List<String> validTransitions) {}

    record Body(Detail detail, String code) {}

    @RestControllerAdvice(assignableTypes = TestController.class)
    static class Advice {
        @ExceptionHandler
        ResponseEntity<Body> refused(TransitionRefused refusal) {
            var code = CommonProblem.INVALID_TRANSITION.code();
            var message = refusal.getMessage();
            var detail = new Detail(
                    message == null ? "" : message,
                    code,
                    refusal.current.spelled(),
                    refusal.target.spelled(),
                    refusal.current.next().stream().map(TestState::spelled).toList());
            return ResponseEntity.status(CommonProblem.INVALID_TRANSITION.status())
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(new Body(detail, code));
        }
    }
}
