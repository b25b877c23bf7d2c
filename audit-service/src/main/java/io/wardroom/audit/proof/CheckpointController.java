package io.wardroom.audit.proof;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/audit-logs")
class CheckpointController {
    private final Checkpoints checkpoints;

    CheckpointController(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    /// @param note        the signed text, a C2SP checkpoint
    /// @param verifierKey the C2SP key to check it with; worth something only where it was got another way before
    record CheckpointView(
            String origin, long treeSize, String rootHash, Instant timestamp, String note, String verifierKey) {}

    record ConsistencyView(long from, long to, List<String> hashes) {}

    @Operation(
            summary = "Gives the newest signed checkpoint of the log's tree",
            description = "A platform administrator may ask for the installation's own log: tenant_id is the nil UUID.")
    @GetMapping("/checkpoint")
    @PreAuthorize("hasRole('admin')")
    CheckpointView checkpoint(
            @RequestParam(name = "tenant_id", required = false) @Nullable UUID tenantId, Actor actor) {
        var tenant = logOf(actor, tenantId);
        var newest = TenantScope.within(tenant, () -> checkpoints.newest(tenant));
        return new CheckpointView(
                checkpoints.origin(tenant),
                newest.treeSize(),
                Base64.getEncoder().encodeToString(newest.rootHash()),
                newest.timestamp(),
                newest.note(),
                checkpoints.verifierKey(tenant));
    }

    @Operation(summary = "Shows that the log of `from` rows is the beginning of the log of `to` rows")
    @GetMapping("/consistency")
    @PreAuthorize("hasRole('admin')")
    ConsistencyView consistency(
            @RequestParam @Min(0) long from,
            @RequestParam @Min(0) long to,
            @RequestParam(name = "tenant_id", required = false) @Nullable UUID tenantId,
            Actor actor) {
        if (from > to) {
            throw ProblemException.invalid(new FieldFault("from", "must not be above to"));
        }
        var tenant = logOf(actor, tenantId);
        return switch (TenantScope.within(tenant, () -> checkpoints.consistency(tenant, from, to))) {
            case Checkpoints.Answer.Shown(var hashes) ->
                new ConsistencyView(
                        from,
                        to,
                        hashes.stream().map(Base64.getEncoder()::encodeToString).toList());
            case Checkpoints.Answer.NotThatLarge(var size) ->
                throw ProblemException.invalid(new FieldFault("to", "the log has %d rows".formatted(size)));
        };
    }

    /// The tenant's own log, or for a platform administrator the installation's; any other does not exist.
    private static TenantId logOf(Actor actor, @Nullable UUID asked) {
        if (asked == null || actor.tenant().value().equals(asked)) {
            return actor.tenant();
        }
        if (actor.platformAdmin() && TenantId.PLATFORM.value().equals(asked)) {
            return TenantId.PLATFORM;
        }
        throw CommonProblem.NOT_FOUND.because("no log " + asked);
    }
}
