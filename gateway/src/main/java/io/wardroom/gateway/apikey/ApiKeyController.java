package io.wardroom.gateway.apikey;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.apikey.MakeKey.Outcome.Made;
import io.wardroom.gateway.apikey.MakeKey.Outcome.TooMany;
import io.wardroom.gateway.credential.Actors;
import io.wardroom.gateway.door.Call;
import java.time.Clock;
import java.util.UUID;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// One's own keys, and for administrators everybody's of the tenant. No key opens these routes.
@RestController
@RequestMapping("/api/v1/api-keys")
@Tag(name = "API keys")
class ApiKeyController {
    private final ApiKeys keys;
    private final Clock clock;
    private final ApiKeyProperties properties;

    ApiKeyController(ApiKeys keys, Clock clock, ApiKeyProperties properties) {
        this.keys = keys;
        this.clock = clock;
        this.properties = properties;
    }

    @Operation(summary = "The keys that are not revoked, the newest first")
    @GetMapping
    Mono<Paged<ApiKeyView>> list(
            @Parameter(description = "Everybody's of the tenant; for administrators and owners")
                    @RequestParam(defaultValue = "false")
                    boolean all,
            @RequestParam(defaultValue = "0") int offset,
            @RequestParam(defaultValue = "50") int limit,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token) {
        var actor = Actors.of(token);
        if (all && !ApiKeys.mayAdminister(actor)) {
            throw CommonProblem.FORBIDDEN.because("only an administrator or owner sees other people's keys");
        }
        Paged.check(offset, limit);
        return keys.list(actor, all, offset, limit);
    }

    @Operation(summary = "Make a key, which is shown only in this answer")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ApiKeyForm.class)))
    @PostMapping
    Mono<ResponseEntity<NewApiKeyView>> make(
            @org.springframework.web.bind.annotation.RequestBody ApiKeyForm form,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        var wish = form.wish(Actors.of(token), clock.instant(), properties);
        return keys.make(wish, Call.of(exchange).caller(exchange)).map(outcome -> switch (outcome) {
            case Made(var view, var key) ->
                ResponseEntity.status(HttpStatus.CREATED)
                        .cacheControl(CacheControl.noStore())
                        .body(new NewApiKeyView(view, key.value()));
            case TooMany(var most) ->
                throw CommonProblem.BUSINESS_RULE.because("at most %d keys a person; revoke one first".formatted(most));
        });
    }

    @Operation(summary = "Revoke a key at once: one's own, or for administrators and owners any of the tenant")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> revoke(
            @PathVariable UUID id,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return keys.revoke(Actors.of(token), id, Call.of(exchange).caller(exchange))
                .flatMap(revoked ->
                        revoked ? Mono.empty() : Mono.error(() -> CommonProblem.NOT_FOUND.because("no API key " + id)));
    }
}
