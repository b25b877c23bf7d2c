package io.wardroom.ingest.intake;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.web.RequestId;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.agent.KnownAgents;
import io.wardroom.ingest.batch.ContentCoding;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /api/v1/ingest`. A plain servlet beside Spring MVC, because this route takes nearly all requests: the body is
/// read on the request's virtual thread, and the answer is completed from the producer's acknowledgement.
final class IngestServlet extends HttpServlet {
    static final String PATH = "/api/v1/ingest";
    static final String SIGNATURE = "X-Monsys-Signature";

    private static final Logger LOG = LoggerFactory.getLogger(IngestServlet.class);

    private final transient KnownAgents agents;
    private final transient Intake intake;
    private final transient InFlight inFlight;
    private final transient Answers answers;
    private final transient Clock clock;
    private final transient BodyReading bodies;
    private final Duration answerTime;

    IngestServlet(
            KnownAgents agents,
            Intake intake,
            InFlight inFlight,
            Answers answers,
            Clock clock,
            BodyReading bodies,
            Duration answerTime) {
        this.agents = agents;
        this.intake = intake;
        this.inFlight = inFlight;
        this.answers = answers;
        this.clock = clock;
        this.bodies = bodies;
        this.answerTime = answerTime;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("POST")) {
            response.setHeader("Allow", "POST");
            answers.write(response, Outcome.refused(CommonProblem.METHOD_NOT_ALLOWED, "only POST is taken here"));
            return;
        }
        try {
            switch (agents.find(request.getHeader("Authorization"))) {
                case KnownAgents.Answer.Unknown _ ->
                    answers.write(
                            response, Outcome.refused(CommonProblem.UNAUTHORIZED, "a valid agent token is needed"));
                case KnownAgents.Answer.NotYetKnown _ ->
                    answers.write(response, Outcome.unavailable("the agents are not known yet"));
                case KnownAgents.Answer.Known(var agent) -> take(agent, request, response);
            }
        } catch (RuntimeException bug) {
            LOG.atError()
                    .addKeyValue(RequestId.LOGGED, response.getHeader(RequestId.HEADER))
                    .setCause(bug)
                    .log("unexpected failure");
            if (request.isAsyncStarted() || response.isCommitted()) {
                throw bug;
            }
            answers.write(
                    response,
                    Outcome.refused(
                            CommonProblem.INTERNAL_ERROR,
                            "something went wrong here; the request id finds it in the logs"));
        }
    }

    private void take(KnownAgent agent, HttpServletRequest request, HttpServletResponse response) throws IOException {
        var coding = ContentCoding.of(request.getHeader("Content-Encoding"));
        if (coding.isEmpty() || !isJson(request.getContentType())) {
            answers.write(
                    response,
                    Outcome.refused(
                            CommonProblem.UNSUPPORTED_MEDIA_TYPE,
                            coding.isEmpty()
                                    ? "a body may be encoded with gzip or zstd"
                                    : "a batch is application/json"));
            return;
        }
        var lease = inFlight.lease();
        var handedOn = false;
        try {
            var body = bodies.read(request, lease);
            if (body instanceof BodyReading.Read.Refused(var refusal)) {
                if (!refusal.again()) {
                    // what is left of the body is not waited for
                    response.setHeader("Connection", "close");
                }
                answers.write(response, refusal);
            } else if (body instanceof BodyReading.Read.Whole(var bytes)) {
                handedOn = deliver(
                        new Intake.Delivery(
                                agent,
                                bytes,
                                coding.get(),
                                request.getHeader(SIGNATURE),
                                caller(request, response),
                                lease,
                                clock.instant()),
                        request,
                        response);
            }
        } finally {
            if (!handedOn) {
                lease.giveBack();
            }
        }
    }

    /// @return whether the answer is still to come, and the lease given back with it
    private boolean deliver(Intake.Delivery delivery, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var outcome = intake.take(delivery);
        if (outcome.isDone()) {
            answers.write(response, outcome.join());
            return false;
        }
        var context = request.startAsync(request, response);
        context.setTimeout(answerTime.toMillis());
        var answered = new AtomicBoolean();
        context.addListener(new Backstop(answered));
        outcome.whenComplete((end, bug) -> {
            delivery.lease().giveBack();
            if (answered.compareAndSet(false, true)) {
                complete(context, response, end == null ? Outcome.unavailable("the batch was not stored") : end);
            }
        });
        return true;
    }

    /// Runs on the producer's thread: the answer only goes into the response's buffer, which was made to fit; the
    /// container writes it out on a thread of its own.
    private void complete(AsyncContext context, HttpServletResponse response, Outcome outcome) {
        try {
            answers.write(response, outcome);
        } catch (IOException gone) {
            LOG.debug("the agent did not wait for its answer: {}", gone.toString());
        } finally {
            context.complete();
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return true;
        }
        var end = contentType.indexOf(';');
        var type = (end < 0 ? contentType : contentType.substring(0, end)).strip();
        var parameters = end < 0 ? "" : contentType.substring(end + 1).toLowerCase(Locale.ROOT);
        return type.equalsIgnoreCase("application/json")
                && (!parameters.contains("charset") || parameters.contains("utf-8"));
    }

    static Caller caller(HttpServletRequest request, HttpServletResponse response) {
        var forwarded = request.getHeader("X-Forwarded-For");
        return new Caller(
                forwarded == null ? request.getRemoteAddr() : forwarded.split(",", 2)[0].strip(),
                request.getHeader("User-Agent"),
                response.getHeader(RequestId.HEADER));
    }

    /// Answers where the acknowledgement failed to come although the producer's own limits had passed.
    private final class Backstop implements AsyncListener {
        private final AtomicBoolean answered;

        Backstop(AtomicBoolean answered) {
            this.answered = answered;
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            if (answered.compareAndSet(false, true)
                    && event.getSuppliedResponse() instanceof HttpServletResponse response) {
                complete(event.getAsyncContext(), response, Outcome.unavailable("the batch was not stored in time"));
            }
        }

        @Override
        public void onError(AsyncEvent event) {
            // the connection broke: there is nobody to answer
            answered.set(true);
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
