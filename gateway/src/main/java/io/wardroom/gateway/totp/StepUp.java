package io.wardroom.gateway.totp;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.totp.Shown.Right;
import io.wardroom.gateway.totp.Shown.TooMany;
import io.wardroom.gateway.totp.Shown.Wrong;
import io.wardroom.gateway.trail.Trail;
import java.time.Duration;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Proves that the person of a session is at the keyboard now, for what a session alone must not do: the console.
@Service
public class StepUp {
    private static final String ACTION = "step_up";

    private final Codes codes;
    private final Grants grants;
    private final Trail trail;

    StepUp(Codes codes, Grants grants, Trail trail) {
        this.codes = codes;
        this.grants = grants;
        this.trail = trail;
    }

    /// Every way a proof can end.
    public sealed interface Proof {
        /// @param accessToken with the claim `mfa` and the moment of the proof in `iat`; to be relayed at once to the
        ///                    service that asks for it and to no one else, since its session is over already
        record Proven(String accessToken) implements Proof {
            /// Never shows the token.
            @Override
            public String toString() {
                return "Proven";
            }
        }

        /// A wrong or used code, or an account without a second factor.
        record Refused() implements Proof {}

        record TooManyFailures(Duration retryAfter) implements Proof {}
    }

    /// Takes a code of the authenticator app, once; a recovery code proves nothing here. Each try, refused or not, is
    /// on record before it is answered.
    public Mono<Proof> prove(Actor actor, String code, Caller caller) {
        var holder = Holder.of(actor);
        return Mono.justOrEmpty(Code.of(code))
                .ofType(Code.OneTime.class)
                .flatMap(oneTime -> codes.show(holder, oneTime, caller))
                .defaultIfEmpty(new Wrong())
                .flatMap(shown -> switch (shown) {
                    case Right(var tokens) ->
                        grants.end(tokens)
                                .then(Mono.defer(() -> trail.record(holder.deed(ACTION), caller)))
                                .<Proof>thenReturn(new Proof.Proven(tokens.accessToken()));
                    case Wrong _ ->
                        trail.record(holder.deed(ACTION).refused("BAD_CODE"), caller)
                                .<Proof>thenReturn(new Proof.Refused());
                    case TooMany(var retryAfter) ->
                        trail.record(holder.deed(ACTION).refused("TOO_MANY_FAILURES"), caller)
                                .<Proof>thenReturn(new Proof.TooManyFailures(retryAfter));
                });
    }
}
