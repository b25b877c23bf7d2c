package io.wardroom.ingest.intake;

import io.wardroom.common.problem.ErrorBody;
import io.wardroom.ingest.batch.Rejection;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/// Writes outcomes as the contract's answers.
final class Answers {
    private static final int BUFFER = 8 * 1024;
    private static final int LONGEST_PAUSE = 5;

    private final JsonMapper json;
    private final IntakeMetrics metrics;
    private final InFlight inFlight;
    private final Clock clock;
    private final Duration retryAfter;

    Answers(JsonMapper json, IntakeMetrics metrics, InFlight inFlight, Clock clock, Duration retryAfter) {
        this.json = json;
        this.metrics = metrics;
        this.inFlight = inFlight;
        this.clock = clock;
        this.retryAfter = retryAfter;
    }

    /// @param accepted   items stored by this request
    /// @param retryAfter seconds to let pass before more of a backlog is sent; 0 under normal load
    record BatchAnswer(
            UUID batchId,
            int accepted,
            boolean duplicate,
            List<Rejection> rejected,
            int retryAfter,
            Instant serverTime) {}

    void write(HttpServletResponse response, Outcome outcome) throws IOException {
        switch (outcome) {
            case Outcome.Accepted(var batchId, var items, var rejected) -> {
                metrics.batch("accepted");
                send(response, HttpServletResponse.SC_ACCEPTED, accepted(batchId, items, false, rejected));
            }
            case Outcome.Duplicate(var batchId) -> {
                metrics.batch("duplicate");
                send(response, HttpServletResponse.SC_ACCEPTED, accepted(batchId, 0, true, List.of()));
            }
            case Outcome.Refused refused -> {
                metrics.batch(refused.problem().code().toLowerCase(Locale.ROOT));
                if (refused.again()) {
                    response.setHeader("Retry-After", String.valueOf(Math.max(1, retryAfter.toSeconds())));
                }
                send(
                        response,
                        refused.problem().status().value(),
                        json.writeValueAsBytes(new ErrorBody(
                                refused.detail(),
                                refused.problem().code(),
                                refused.faults().isEmpty() ? null : refused.faults())));
            }
        }
    }

    private byte[] accepted(UUID batchId, int items, boolean duplicate, List<Rejection> rejected) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (!rejected.isEmpty()) {
            return json.writeValueAsBytes(new BatchAnswer(batchId, items, duplicate, rejected, pause(), now));
        }
        // nearly every answer has this form
        return ("{\"batch_id\":\"" + batchId + "\",\"accepted\":" + items + ",\"duplicate\":" + duplicate
                        + ",\"rejected\":[],\"retry_after\":" + pause() + ",\"server_time\":\"" + now + "\"}")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Grows from 0 to 5 s as the second half of the room for bodies under way fills.
    private int pause() {
        return (int) Math.ceil(Math.max(0, inFlight.fill() - 0.5) * 2 * LONGEST_PAUSE);
    }

    private static void send(HttpServletResponse response, int status, byte[] body) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(body.length);
        if (body.length >= BUFFER) {
            response.setBufferSize(body.length + 1);
        }
        response.getOutputStream().write(body);
    }
}
