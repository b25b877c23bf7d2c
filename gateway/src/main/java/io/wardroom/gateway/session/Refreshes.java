package io.wardroom.gateway.session;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.trail.Trail;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Gives clients new tokens for a refresh token, and puts each try on record.
@Service
class Refreshes {
    private static final Logger LOG = LoggerFactory.getLogger(Refreshes.class);
    private static final String ACTION = "token_refreshed";
    private static final String SESSION = "session";

    private final Rotations rotations;
    private final ReactiveJwtDecoder decoder;
    private final Trail trail;

    Refreshes(Rotations rotations, ReactiveJwtDecoder decoder, Trail trail) {
        this.rotations = rotations;
        this.decoder = decoder;
        this.trail = trail;
    }

    /// Empty where the token is refused: unknown, spent or too old. Whose it was is not known then.
    Mono<TokenView> refresh(String refreshToken, Caller caller) {
        return rotations
                .forClient(refreshToken)
                .flatMap(tokens -> decoder.decode(tokens.accessToken())
                        .delayUntil(token -> recorded(token, caller))
                        .map(token -> TokenView.of(tokens, token)))
                .switchIfEmpty(Mono.defer(() -> {
                    var nobody = new Deed(TenantId.PLATFORM, "user", null, null, ACTION, SESSION, null, null, Map.of());
                    return trail.record(nobody.refused("BAD_TOKEN"), caller).then(Mono.empty());
                }));
    }

    /// A token that is spent cannot be given back: the new ones are handed out even while the record cannot be written.
    private Mono<Void> recorded(Jwt token, Caller caller) {
        return Mono.fromSupplier(() -> Deed.by(Actor.of(token), ACTION, SESSION, token.getClaimAsString("sid")))
                .flatMap(deed -> trail.record(deed, caller))
                .onErrorResume(failure -> {
                    LOG.warn("a refresh could not be put on record: {}", failure.toString());
                    return Mono.empty();
                });
    }
}
