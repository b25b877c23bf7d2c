package io.wardroom.gateway.login;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.security.Actor;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.credential.Actors;
import io.wardroom.gateway.keycloak.Accounts;
import io.wardroom.gateway.keycloak.Person;
import io.wardroom.gateway.totp.SecondFactorChanged;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// Who am I?
@RestController
@Tag(name = "Authentication")
class MeController {
    private static final int MOST_KEPT = 10_000;

    private final Accounts accounts;
    private final Cache<UUID, Person> kept;

    MeController(Accounts accounts, LoginProperties login) {
        this.accounts = accounts;
        this.kept = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .expireAfterWrite(login.profileKept())
                .build();
    }

    @Operation(summary = "The person behind the token")
    @GetMapping("/api/v1/auth/me")
    Mono<ResponseEntity<MeView>> me(@Parameter(hidden = true) @AuthenticationPrincipal Jwt token) {
        var actor = Actors.of(token);
        return Mono.justOrEmpty(kept.getIfPresent(actor.id()))
                .switchIfEmpty(
                        Mono.defer(() -> accounts.withId(actor.id())).doOnNext(person -> kept.put(actor.id(), person)))
                // the account is gone, the token lives a little longer
                .switchIfEmpty(Mono.error(Refusals::noCredential))
                .map(person ->
                        ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(MeView.of(actor, person)));
    }

    @EventListener
    void forget(SecondFactorChanged changed) {
        kept.invalidate(changed.user());
    }

    /// @param role the highest of the person's roles
    record MeView(
            UUID id,
            String username,
            @Nullable String email,
            String role,
            @JsonProperty("is_active") boolean active,
            @JsonProperty("tenant_id") UUID tenantId,
            @JsonProperty("totp_enabled") boolean totpEnabled) {
        static MeView of(Actor actor, Person person) {
            return new MeView(
                    actor.id(),
                    person.username(),
                    person.email(),
                    actor.role().spelled(),
                    person.active(),
                    actor.tenant().value(),
                    person.totp());
        }
    }
}
