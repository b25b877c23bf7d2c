package io.wardroom.common.web;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ErrorBody;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.Problem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.problem.RequestRefused;
import jakarta.validation.ConstraintViolationException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.validation.BindException;
import org.springframework.validation.FieldError;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.ServletRequestBindingException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.util.DisconnectedClientHelper;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/// Answers every failure in the contract's form `{"detail", "code"}`, and logs the ones that are ours.
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class ProblemAdvice {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Pattern STEP = Pattern.compile("\\[\"?([^\"\\]]*)\"?]");
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private final ApplicationEventPublisher events;

    ProblemAdvice(ApplicationEventPublisher events) {
        this.events = events;
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<ErrorBody> refused(ProblemException refusal) {
        try {
            events.publishEvent(new RequestRefused(refusal.problem()));
        } catch (RuntimeException unrecorded) {
            return surprised(unrecorded);
        }
        var retryAfter = refusal.retryAfter();
        return answer(refusal.problem(), refusal.body(), retryAfter);
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> invalid(MethodArgumentNotValidException invalid) {
        return invalid(faultsOf(invalid));
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> invalid(BindException invalid) {
        return invalid(faultsOf(invalid));
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> invalid(HandlerMethodValidationException invalid) {
        return invalid(invalid.getParameterValidationResults().stream()
                .flatMap(result -> result.getResolvableErrors().stream()
                        .map(error -> new FieldFault(
                                snakeCase(result.getMethodParameter().getParameterName()),
                                text(error.getDefaultMessage()))))
                .toList());
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> invalid(ConstraintViolationException invalid) {
        return invalid(invalid.getConstraintViolations().stream()
                .map(violation ->
                        new FieldFault(snakeCase(violation.getPropertyPath().toString()), violation.getMessage()))
                .toList());
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> mistyped(MethodArgumentTypeMismatchException mismatch) {
        return invalid(List.of(new FieldFault(snakeCase(mismatch.getName()), "has the wrong form")));
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> incomplete(ServletRequestBindingException incomplete) {
        return invalid(
                List.of(new FieldFault("request", text(incomplete.getBody().getDetail()))));
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> unreadable(HttpMessageNotReadableException unreadable) {
        if (unreadable.getCause() instanceof UnrecognizedPropertyException unknown) {
            return invalid(List.of(new FieldFault(unknown.getPropertyName(), "is no field of this request")));
        }
        if (unreadable.getCause() instanceof JacksonException broken) {
            var path = broken.getPathReference();
            return invalid(List.of(new FieldFault(fieldOf(path), "cannot be read")));
        }
        return invalid(List.of(new FieldFault("body", "is missing or cannot be read")));
    }

    /// Jackson names a path as `io.wardroom.Form["labels"]->java.util.Map["x"]`; the caller knows only `labels.x`.
    private static String fieldOf(@Nullable String path) {
        if (path == null) {
            return "body";
        }
        var names = STEP.matcher(path).results().map(found -> found.group(1)).toList();
        return names.isEmpty() ? "body" : String.join(".", names);
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> tooLarge(MaxUploadSizeExceededException tooLarge) {
        return answer(CommonProblem.PAYLOAD_TOO_LARGE, "the body is too large");
    }

    @ExceptionHandler({NoResourceFoundException.class, NoHandlerFoundException.class})
    ResponseEntity<ErrorBody> noRoute() {
        return answer(CommonProblem.ROUTE_NOT_FOUND, "no such route");
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> denied(AccessDeniedException denied) {
        return answer(CommonProblem.FORBIDDEN, "your role does not allow this");
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> anonymous(AuthenticationException anonymous) {
        return answer(CommonProblem.UNAUTHORIZED, "a valid credential is needed");
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<ErrorBody> surprised(Exception surprise) {
        if (DisconnectedClientHelper.isClientDisconnectedException(surprise)) {
            LOG.debug("nobody is there to answer: {}", surprise.toString());
            return null;
        }
        if (dependencyIsAway(surprise)) {
            LOG.warn("a dependency is away: {}", surprise.toString());
            return answer(
                    CommonProblem.UNAVAILABLE,
                    ErrorBody.of(CommonProblem.UNAVAILABLE, "a service behind this one is away"),
                    RETRY_AFTER);
        }
        if (surprise instanceof ErrorResponse response) {
            return ofStatus(response.getStatusCode(), response.getHeaders());
        }
        LOG.error("unexpected failure", surprise);
        return answer(CommonProblem.INTERNAL_ERROR, "something went wrong here; the request id finds it in the logs");
    }

    private static boolean dependencyIsAway(@Nullable Throwable surprise) {
        for (var link = surprise; link != null; link = link.getCause()) {
            if (link instanceof CannotCreateTransactionException
                    || link instanceof SQLTransientException
                    || link instanceof SQLRecoverableException
                    || link instanceof DataAccessResourceFailureException
                    || link instanceof TransientDataAccessException
                    || link instanceof ResourceAccessException) {
                return true;
            }
        }
        return false;
    }

    private static ResponseEntity<ErrorBody> ofStatus(HttpStatusCode status, HttpHeaders headers) {
        var problem =
                switch (status.value()) {
                    case 404 -> CommonProblem.NOT_FOUND;
                    case 405 -> CommonProblem.METHOD_NOT_ALLOWED;
                    case 406 -> CommonProblem.NOT_ACCEPTABLE;
                    case 413 -> CommonProblem.PAYLOAD_TOO_LARGE;
                    case 415 -> CommonProblem.UNSUPPORTED_MEDIA_TYPE;
                    case 503 -> CommonProblem.UNAVAILABLE;
                    default ->
                        status.is4xxClientError() ? CommonProblem.VALIDATION_ERROR : CommonProblem.INTERNAL_ERROR;
                };
        var detail = problem.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return ResponseEntity.status(problem.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_JSON)
                .body(ErrorBody.of(problem, detail));
    }

    private static List<FieldFault> faultsOf(BindException invalid) {
        return invalid.getBindingResult().getAllErrors().stream()
                .map(error -> new FieldFault(
                        error instanceof FieldError field ? snakeCase(field.getField()) : error.getObjectName(),
                        text(error.getDefaultMessage())))
                .toList();
    }

    private static ResponseEntity<ErrorBody> invalid(List<FieldFault> faults) {
        var detail = faults.isEmpty()
                ? "the request is malformed"
                : faults.getFirst().field() + ": " + faults.getFirst().message();
        return answer(
                CommonProblem.VALIDATION_ERROR,
                new ErrorBody(detail, CommonProblem.VALIDATION_ERROR.code(), faults),
                null);
    }

    private static ResponseEntity<ErrorBody> answer(Problem problem, String detail) {
        return answer(problem, ErrorBody.of(problem, detail), null);
    }

    private static ResponseEntity<ErrorBody> answer(Problem problem, ErrorBody body, @Nullable Duration retryAfter) {
        var answer = ResponseEntity.status(problem.status()).contentType(MediaType.APPLICATION_JSON);
        if (retryAfter != null) {
            answer.header(HttpHeaders.RETRY_AFTER, String.valueOf(Math.max(1, retryAfter.toSeconds())));
        }
        return answer.body(body);
    }

    private static String snakeCase(@Nullable String name) {
        return name == null ? "request" : HUMP.matcher(name).replaceAll("_").toLowerCase(Locale.ROOT);
    }

    private static String text(@Nullable String message) {
        return message == null ? "is invalid" : message;
    }
}
