package io.wardroom.ingest.intake;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.agent.KnownAgents;
import io.wardroom.ingest.batch.ParsedBatch;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

@RestController
class HeartbeatController {
    private final KnownAgents agents;
    private final Handover handover;
    private final Records records;
    private final IntakeProperties properties;
    private final Clock clock;

    HeartbeatController(
            KnownAgents agents, Handover handover, Records records, IntakeProperties properties, Clock clock) {
        this.agents = agents;
        this.handover = handover;
        this.records = records;
        this.properties = properties;
        this.clock = clock;
    }

    /// @param status  `online`: the heartbeat was stored just now
    /// @param desired how often the hub would like to hear from the agent
    record HeartbeatAnswer(String status, Instant serverTime, Desired desired) {}

    record Desired(long collectIntervalSecs, long inventoryIntervalSecs) {}

    @PostMapping("/api/v1/agents/{id}/heartbeat")
    @Operation(
            summary = "Tell that an agent lives",
            description = "Only the agent itself may, by its token. A body is not needed.",
            security = @SecurityRequirement(name = "agent"))
    CompletableFuture<HeartbeatAnswer> heartbeat(
            @PathVariable UUID id,
            @Parameter(hidden = true) @RequestHeader(name = "Authorization", required = false) @Nullable
                    String authorization) {
        var agent = known(authorization);
        if (!agent.id().equals(id)) {
            throw CommonProblem.NOT_FOUND.because("no such agent");
        }
        var now = clock.instant();
        var alive = new ParsedBatch(null, "", 0, 0, "", List.of(), Map.of(), true, false, 1, List.of(), 0, 0);
        return handover.send(records.heartbeat(new Records.Origin(agent, UuidV7.next(), alive, now, false)))
                .handle((_, fault) -> {
                    if (fault != null) {
                        throw CommonProblem.UNAVAILABLE
                                .because("the heartbeat could not be stored now")
                                .retryAfter(properties.retryAfter());
                    }
                    return new HeartbeatAnswer(
                            "online",
                            now.truncatedTo(ChronoUnit.MILLIS),
                            new Desired(
                                    properties.collectInterval().toSeconds(),
                                    properties.inventoryInterval().toSeconds()));
                });
    }

    private KnownAgent known(@Nullable String authorization) {
        return switch (agents.find(authorization)) {
            case KnownAgents.Answer.Known(var agent) -> agent;
            case KnownAgents.Answer.Unknown _ ->
                throw CommonProblem.UNAUTHORIZED.because("a valid agent token is needed");
            case KnownAgents.Answer.NotYetKnown _ ->
                throw CommonProblem.UNAVAILABLE
                        .because("the agents are not known yet")
                        .retryAfter(properties.retryAfter());
        };
    }
}
