package io.wardroom.fleet.enrolment;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Texts;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/enrolment-tokens")
@PreAuthorize("hasRole('admin')")
class EnrolmentTokenController {
    private static final int A_DAY_IN_MINUTES = 1440;
    /// For a host that has the agent's package: its configuration is all that is missing.
    private static final String INSTALL =
            "sudo sh -c 'umask 077; printf \"hub_url = \\\"%s\\\"\\nenrolment_token = \\\"%s\\\"\\n\""
                    + " > /etc/wardroom/agent.toml && systemctl restart wardroom-agent'";

    private final EnrolmentTokens tokens;
    private final EnrolmentProperties properties;

    EnrolmentTokenController(EnrolmentTokens tokens, EnrolmentProperties properties) {
        this.tokens = tokens;
        this.properties = properties;
    }

    /// @param ttlMinutes 1 to 43,200 (30 days); a day where it is absent
    record EnrolmentTokenForm(
            @NotBlank @Size(max = 120) @Pattern(regexp = Texts.STORABLE)
            String label,

            @Min(1) @Max(43_200) @Nullable Integer ttlMinutes,
            @Size(max = 20) @Nullable List<@NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String> tags) {}

    record IssuedView(UUID id, String token, String installCommand, Instant expiresAt) {}

    record EnrolmentTokenView(
            UUID id,
            String label,
            List<String> tags,
            UUID createdBy,
            Instant createdAt,
            Instant expiresAt,
            int uses,
            @Nullable Instant lastUsedAt,
            @Nullable Instant revokedAt) {
        static EnrolmentTokenView of(EnrolmentToken token) {
            return new EnrolmentTokenView(
                    token.id(),
                    token.label(),
                    token.tags(),
                    token.createdBy(),
                    token.createdAt(),
                    token.expiresAt(),
                    token.uses(),
                    token.lastUsedAt(),
                    token.revokedAt());
        }
    }

    record EnrolmentTokenPage(List<EnrolmentTokenView> items, long total, int offset, int limit) {}

    @Operation(summary = "Makes a token that new machines enrol with; it is shown this once")
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    IssuedView issue(@Valid @RequestBody EnrolmentTokenForm form, Actor actor, Caller caller) {
        var lifetime = Duration.ofMinutes(form.ttlMinutes() == null ? A_DAY_IN_MINUTES : form.ttlMinutes());
        var issued = tokens.issue(actor, caller, form.label(), lifetime, form.tags() == null ? List.of() : form.tags());
        return new IssuedView(
                issued.token().id(),
                issued.secret(),
                INSTALL.formatted(properties.hubUrl(), issued.secret()),
                issued.token().expiresAt());
    }

    @Operation(summary = "Lists the tenant's enrolment tokens, newest first, without their secrets")
    @GetMapping
    EnrolmentTokenPage list(
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        var page = tokens.list(tenant, offset, limit);
        return new EnrolmentTokenPage(
                page.items().stream().map(EnrolmentTokenView::of).toList(), page.total(), offset, limit);
    }

    @Operation(summary = "Revokes a token; agents that enrolled with it stay")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID id, Actor actor, Caller caller) {
        if (!tokens.revoke(actor, caller, id)) {
            throw CommonProblem.NOT_FOUND.because("no open enrolment token " + id);
        }
    }
}
