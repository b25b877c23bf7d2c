package io.wardroom.gateway.tenant;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.credential.Actors;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.person.Members;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.Founded;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.NameTaken;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.OwnerTaken;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.OwnerUnfit;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// The tenants, for platform administrators.
@RestController
@Tag(name = "Tenants")
class TenantController {
    private final Tenants tenants;

    TenantController(Tenants tenants) {
        this.tenants = tenants;
    }

    @Operation(summary = "All tenants, the oldest first")
    @GetMapping("/api/v1/tenants")
    Mono<Paged<TenantView>> list(
            @RequestParam(defaultValue = "0") int offset,
            @RequestParam(defaultValue = "50") int limit,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token) {
        var actor = Actors.of(token);
        if (!actor.platformAdmin()) {
            throw CommonProblem.FORBIDDEN.because("only a platform administrator sees the tenants");
        }
        Paged.check(offset, limit);
        return tenants.list(actor, offset, limit);
    }

    @Operation(summary = "Found a tenant with its first owner")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = TenantForm.class)))
    @PostMapping("/api/v1/tenants")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<TenantView> found(
            @org.springframework.web.bind.annotation.RequestBody Mono<TenantForm> form,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        var actor = Actors.of(token);
        var caller = Call.of(exchange).caller(exchange);
        return tenants.admit(actor, caller)
                .then(form)
                .flatMap(filled -> tenants.found(filled.wish(actor), caller))
                .map(outcome -> switch (outcome) {
                    case Founded(var tenant) -> tenant;
                    case NameTaken _ -> throw CommonProblem.CONFLICT.because("another tenant has this name");
                    case OwnerTaken(var field) -> throw Members.taken(field);
                    case OwnerUnfit(var fault) ->
                        throw ProblemException.invalid("owner." + fault.field(), fault.message());
                });
    }
}
