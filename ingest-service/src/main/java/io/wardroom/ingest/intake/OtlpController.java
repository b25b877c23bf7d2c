package io.wardroom.ingest.intake;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.agent.KnownAgents;
import io.wardroom.ingest.batch.ContentCoding;
import io.wardroom.ingest.otlp.OtlpForm;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// `POST /api/v1/otlp/v1/metrics`: what a collector reports without our agent, taken as a batch of the agent whose
/// token it shows. Each request waits on a virtual thread of its own.
@RestController
class OtlpController {
    static final String PATH = "/api/v1/otlp/v1/metrics";

    private final KnownAgents agents;
    private final OtlpIntake intake;
    private final InFlight inFlight;
    private final BodyReading bodies;
    private final IntakeMetrics metrics;
    private final IntakeProperties properties;
    private final Clock clock;

    OtlpController(
            KnownAgents agents,
            OtlpIntake intake,
            InFlight inFlight,
            BodyReading bodies,
            IntakeMetrics metrics,
            IntakeProperties properties,
            Clock clock) {
        this.agents = agents;
        this.intake = intake;
        this.inFlight = inFlight;
        this.bodies = bodies;
        this.metrics = metrics;
        this.properties = properties;
        this.clock = clock;
    }

    @Operation(
            summary = "Take metrics in OTLP",
            description =
                    "OTLP/HTTP in Protobuf or JSON, with gzip or zstd; answered in the form of the request, refusals as"
                            + " `google.rpc.Status`. Points that cannot be stored are counted in `partial_success`.",
            security = @SecurityRequirement(name = "agent"),
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            required = true,
                            description = "ExportMetricsServiceRequest",
                            content = {
                                @Content(
                                        mediaType = "application/x-protobuf",
                                        schema = @Schema(type = "string", format = "binary")),
                                @Content(mediaType = "application/json", schema = @Schema(type = "object"))
                            }),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "ExportMetricsServiceResponse: all of it that could be taken is stored",
                            content = {
                                @Content(
                                        mediaType = "application/x-protobuf",
                                        schema = @Schema(type = "string", format = "binary")),
                                @Content(mediaType = "application/json", schema = @Schema(type = "object"))
                            }))
    @PostMapping(PATH)
    ResponseEntity<byte[]> export(
            @Parameter(hidden = true) @RequestHeader(name = "Authorization", required = false) @Nullable
                    String authorization,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var form = OtlpForm.of(request.getContentType())
                .orElseThrow(() -> CommonProblem.UNSUPPORTED_MEDIA_TYPE.because(
                        "OTLP is application/x-protobuf or application/json"));
        return switch (agents.find(authorization)) {
            case KnownAgents.Answer.Known(var agent) -> take(agent, form, request, response);
            case KnownAgents.Answer.Unknown _ ->
                refusal(form, Outcome.refused(CommonProblem.UNAUTHORIZED, "a valid agent token is needed"));
            case KnownAgents.Answer.NotYetKnown _ -> refusal(form, Outcome.unavailable("the agents are not known yet"));
        };
    }

    private ResponseEntity<byte[]> take(
            KnownAgent agent, OtlpForm form, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var coding = ContentCoding.of(request.getHeader(HttpHeaders.CONTENT_ENCODING));
        if (coding.isEmpty()) {
            return refusal(
                    form,
                    Outcome.refused(CommonProblem.UNSUPPORTED_MEDIA_TYPE, "a body may be encoded with gzip or zstd"));
        }
        var lease = inFlight.lease();
        try {
            return switch (bodies.read(request, lease)) {
                case BodyReading.Read.Refused(var refused) -> {
                    if (!refused.again()) {
                        // what is left of the body is not waited for
                        response.setHeader("Connection", "close");
                    }
                    yield refusal(form, refused);
                }
                case BodyReading.Read.Whole(var bytes) -> {
                    var taken = intake.take(
                            new Intake.Delivery(
                                    agent,
                                    bytes,
                                    coding.get(),
                                    request.getHeader(IngestServlet.SIGNATURE),
                                    IngestServlet.caller(request, response),
                                    lease,
                                    clock.instant()),
                            form);
                    yield answer(form, taken);
                }
            };
        } finally {
            lease.giveBack();
        }
    }

    private ResponseEntity<byte[]> answer(OtlpForm form, OtlpIntake.Taken taken) {
        return switch (taken.outcome()) {
            case Outcome.Accepted _ -> success("accepted", form, taken);
            case Outcome.Duplicate _ -> success("duplicate", form, taken);
            case Outcome.Refused refused -> refusal(form, refused);
        };
    }

    private ResponseEntity<byte[]> success(String outcome, OtlpForm form, OtlpIntake.Taken taken) {
        metrics.batch(outcome);
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(form.mediaType()))
                .body(form.answer(taken.rejected(), taken.why()));
    }

    private ResponseEntity<byte[]> refusal(OtlpForm form, Outcome.Refused refused) {
        metrics.batch(refused.problem().code().toLowerCase(Locale.ROOT));
        var answer = ResponseEntity.status(refused.problem().status())
                .contentType(MediaType.parseMediaType(form.mediaType()));
        if (refused.again()) {
            answer.header(
                    HttpHeaders.RETRY_AFTER,
                    String.valueOf(Math.max(1, properties.retryAfter().toSeconds())));
        }
        return answer.body(form.refusal(refused.problem().status().value(), refused.detail()));
    }
}
