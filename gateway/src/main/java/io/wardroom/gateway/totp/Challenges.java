package io.wardroom.gateway.totp;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.keycloak.Tokens;
import io.wardroom.gateway.seal.RandomToken;
import io.wardroom.gateway.totp.Shown.Right;
import io.wardroom.gateway.totp.Shown.TooMany;
import io.wardroom.gateway.totp.Shown.Wrong;
import io.wardroom.gateway.trail.Trail;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Between the right password and the code: a challenge stands for someone who has shown the one and owes the other.
@Service
public class Challenges {
    private static final String ACTION = "totp_challenge";

    private final FactorStore store;
    private final Codes codes;
    private final Grants grants;
    private final Trail trail;
    private final TotpProperties totp;

    Challenges(FactorStore store, Codes codes, Grants grants, Trail trail, TotpProperties totp) {
        this.store = store;
        this.codes = codes;
        this.grants = grants;
        this.trail = trail;
        this.totp = totp;
    }

    /// @param token 256 random bits in base64url; kept as a hash
    public record Challenge(String token, Duration lifetime) {
        /// Never shows the token.
        @Override
        public String toString() {
            return "Challenge";
        }
    }

    /// Whether a text has the form of a code at all.
    public static boolean isCode(String text) {
        return Code.of(text).isPresent();
    }

    /// A challenge for someone whose password was right.
    public Mono<Challenge> open(Actor actor) {
        var token = RandomToken.make().value();
        return store.put(key(token), Holder.of(actor).written(), totp.challengeKept())
                .thenReturn(new Challenge(token, totp.challengeKept()));
    }

    /// Answers a challenge, which ends with the right code or after some wrong ones. Each answer is put on record.
    public Mono<Shown> answer(String token, String code, Caller caller) {
        return store.get(key(token))
                .map(Holder::read)
                .flatMap(holder -> answer(holder, token, Code.of(code), caller))
                .switchIfEmpty(Mono.defer(() -> trail.record(
                                new Deed(TenantId.PLATFORM, "user", null, null, ACTION, "user", null, null, Map.of())
                                        .refused("NO_SUCH_CHALLENGE"),
                                caller)
                        .thenReturn(new Wrong())));
    }

    private Mono<Shown> answer(Holder holder, String token, Optional<Code> code, Caller caller) {
        var tries = "totp:tries:" + TokenHash.of(token);
        return store.take(tries, totp.tries(), totp.challengeKept()).flatMap(spent -> {
            if (spent.isPresent()) {
                return refused(holder, "CHALLENGE_SPENT", caller).thenReturn(new Wrong());
            }
            return code.map(shown -> codes.show(holder, shown, caller))
                    .orElseGet(() -> Mono.just(new Wrong()))
                    .flatMap(shown -> switch (shown) {
                        case Right(var tokens) -> finish(holder, token, tokens, caller);
                        case Wrong _ -> refused(holder, "BAD_CODE", caller).thenReturn(shown);
                        case TooMany _ ->
                            refused(holder, "TOO_MANY_FAILURES", caller).thenReturn(shown);
                    });
        });
    }

    /// Of several right answers at once, one ends the challenge.
    private Mono<Shown> finish(Holder holder, String token, Tokens tokens, Caller caller) {
        return store.remove(key(token))
                .flatMap(ended -> ended
                        ? trail.record(holder.deed(ACTION), caller).<Shown>thenReturn(new Right(tokens))
                        : grants.end(tokens)
                                .then(refused(holder, "CHALLENGE_SPENT", caller))
                                .<Shown>thenReturn(new Wrong()))
                .onErrorResume(failure -> grants.end(tokens).onErrorComplete().then(Mono.error(failure)));
    }

    private Mono<Void> refused(Holder holder, String reason, Caller caller) {
        return Mono.defer(() -> trail.record(holder.deed(ACTION).refused(reason), caller));
    }

    private static String key(String token) {
        return "totp:challenge:" + TokenHash.of(token);
    }
}
