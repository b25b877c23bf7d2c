package io.wardroom.gateway.answer;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.web.RequestId;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.support.WebExchangeBindException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/// Turns whatever went wrong into the contract's error form, and logs what is ours.
@Component
@Order(-2)
class ErrorAnswers implements WebExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);
    private static final Pattern STEP = Pattern.compile("\\[\"?([^\"\\]]*)\"?]");

    private final JsonMapper json;

    ErrorAnswers(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        var response = exchange.getResponse();
        if (response.isCommitted()) {
            // the status is out: all that is left is to break the connection off
            return Mono.error(failure);
        }
        var refusal = refusalOf(exchange, failure);
        response.setStatusCode(refusal.problem().status());
        var headers = response.getHeaders();
        headers.remove(HttpHeaders.CONTENT_LENGTH);
        headers.remove(HttpHeaders.CONTENT_ENCODING);
        headers.setContentType(MediaType.APPLICATION_JSON);
        if (refusal.problem() == CommonProblem.UNAUTHORIZED) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (refusal.problem().status() == HttpStatus.REQUEST_TIMEOUT) {
            // the rest of the body may still come, or never
            headers.set(HttpHeaders.CONNECTION, "close");
        }
        var retryAfter = refusal.retryAfter();
        if (retryAfter != null) {
            headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(Math.max(1, retryAfter.toSeconds())));
        }
        var body = json.writeValueAsBytes(refusal.body());
        headers.setContentLength(body.length);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    private ProblemException refusalOf(ServerWebExchange exchange, Throwable failure) {
        return switch (failure) {
            case ProblemException refusal -> refusal;
            case WebExchangeBindException invalid ->
                ProblemException.invalid(invalid.getFieldErrors().stream()
                        .map(error -> new FieldFault(error.getField(), String.valueOf(error.getDefaultMessage())))
                        .toArray(FieldFault[]::new));
            case ServerWebInputException unreadable -> ProblemException.invalid(faultOf(unreadable));
            case DataBufferLimitException _ -> CommonProblem.PAYLOAD_TOO_LARGE.because("the body is too large");
            case AuthenticationServiceException away -> away(exchange, "the identity provider", away);
            case AuthenticationException _ -> Refusals.noCredential();
            case AccessDeniedException _ -> CommonProblem.FORBIDDEN.because("your role does not allow this");
            case CallNotPermittedException open -> Refusals.away("the service " + open.getCausingCircuitBreakerName());
            case DataAccessException away -> away(exchange, "the database", away);
            case TransactionException away -> away(exchange, "the database", away);
            case RejectedExecutionException full -> away(exchange, "a worker for this", full);
            case IOException away -> away(exchange, "a service behind this one", away);
            case TimeoutException away -> away(exchange, "a service behind this one", away);
            case ResponseStatusException status -> ofStatus(exchange, status);
            default -> {
                LOG.atError()
                        .addKeyValue(RequestId.LOGGED, requestId(exchange))
                        .setCause(failure)
                        .log("unexpected failure");
                yield CommonProblem.INTERNAL_ERROR.because(
                        "something went wrong here; the request id finds it in the logs");
            }
        };
    }

    private static ProblemException away(ServerWebExchange exchange, String what, Throwable cause) {
        LOG.atWarn().addKeyValue(RequestId.LOGGED, requestId(exchange)).log("{} is away: {}", what, cause.toString());
        return Refusals.away(what);
    }

    private static ProblemException ofStatus(ServerWebExchange exchange, ResponseStatusException failure) {
        return switch (failure.getStatusCode().value()) {
            case 404 -> Refusals.noRoute();
            case 405 -> CommonProblem.METHOD_NOT_ALLOWED.because("this route has no such method");
            case 406 -> CommonProblem.NOT_ACCEPTABLE.because("this route has no such form of answer");
            case 413 -> CommonProblem.PAYLOAD_TOO_LARGE.because("the body is too large");
            case 415 -> CommonProblem.UNSUPPORTED_MEDIA_TYPE.because("this route does not read such a body");
            case 502, 503, 504 -> away(exchange, "a service behind this one", failure);
            default -> {
                if (failure.getStatusCode().is4xxClientError()) {
                    yield CommonProblem.VALIDATION_ERROR.because("the request is malformed");
                }
                LOG.atError()
                        .addKeyValue(RequestId.LOGGED, requestId(exchange))
                        .setCause(failure)
                        .log("unexpected failure");
                yield CommonProblem.INTERNAL_ERROR.because(
                        "something went wrong here; the request id finds it in the logs");
            }
        };
    }

    private static FieldFault faultOf(ServerWebInputException unreadable) {
        if (unreadable.getCause() instanceof DecodingException decoding) {
            if (decoding.getCause() instanceof UnrecognizedPropertyException unknown) {
                return new FieldFault(unknown.getPropertyName(), "is no field of this request");
            }
            if (decoding.getCause() instanceof JacksonException broken) {
                return new FieldFault(fieldOf(broken.getPathReference()), "cannot be read");
            }
        }
        return new FieldFault("body", "is missing or cannot be read");
    }

    /// Jackson names a path as `io.wardroom.Form["labels"]->java.util.Map["x"]`; the caller knows only `labels.x`.
    private static String fieldOf(@Nullable String path) {
        if (path == null) {
            return "body";
        }
        var names = STEP.matcher(path).results().map(step -> step.group(1)).toList();
        return names.isEmpty() ? "body" : String.join(".", names);
    }

    private static @Nullable String requestId(ServerWebExchange exchange) {
        return exchange.getAttribute(RequestId.LOGGED);
    }
}
