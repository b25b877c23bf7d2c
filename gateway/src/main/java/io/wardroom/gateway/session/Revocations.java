package io.wardroom.gateway.session;

import io.lettuce.core.KeyValue;
import io.netty.channel.EventLoop;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.redis.NearRedis;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Access tokens that are no longer taken although they have not ended, known to every gateway at once.
///
/// This is about access tokens alone. What Keycloak keeps (its session, the refresh token) is ended there, first.
@Component
public class Revocations {
    /// What is known of a token.
    public enum Standing {
        GOOD,
        /// Something about the person changed after the token was made; a newer one may say what holds now.
        OUTDATED,
        ENDED
    }

    private static final String ENDED = "ended";

    private final SharedStore store;
    private final NearRedis near;
    private final SessionProperties session;
    private final Clock clock;

    Revocations(SharedStore store, NearRedis near, SessionProperties session, Clock clock) {
        this.store = store;
        this.near = near;
        this.session = session;
        this.clock = clock;
    }

    /// No token of this session of Keycloak's is taken any more.
    public Mono<Void> endSession(String sid) {
        return store.write(bySid(sid), ENDED, session.revokedFor());
    }

    /// No token that this person was given until now is taken any more: after another role, a new password, the
    /// account's end. Ends with the running second, so that whoever then asks Keycloak gets a token that is taken:
    /// tokens know their time in whole seconds. Keycloak's clock and ours must agree about them.
    public Mono<Void> endAllOf(UUID sub) {
        return Mono.defer(() -> {
            var now = clock.instant();
            var rest = Duration.between(now, now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1));
            return store.write(bySub(sub.toString()), String.valueOf(now.getEpochSecond()), session.revokedFor())
                    .then(Mono.delay(rest))
                    .then();
        });
    }

    /// One round trip to Redis; a 503 where that is away.
    public Mono<Standing> standingOf(Jwt token) {
        var sid = token.getClaimAsString("sid");
        var sub = token.getSubject();
        if (sub == null) {
            return Mono.error(Refusals::noCredential);
        }
        return store.readAll(List.of(bySid(sid == null ? "" : sid), bySub(sub)))
                .map(found -> standing(found.getFirst(), found.getLast(), token.getIssuedAt()));
    }

    /// The same from an event loop, where the result will be; fails where Redis is away.
    public CompletableFuture<Standing> standingOn(EventLoop loop, Jwt token) {
        var sid = token.getClaimAsString("sid");
        var sub = token.getSubject();
        var redis = near.at(loop);
        if (sub == null || redis == null) {
            return standingOf(token).toFuture();
        }
        return redis.async()
                .mget(bySid(sid == null ? "" : sid), bySub(sub))
                .thenApply(found -> standing(text(found.getFirst()), text(found.getLast()), token.getIssuedAt()))
                .toCompletableFuture();
    }

    private static @Nullable String text(KeyValue<String, byte[]> found) {
        return found.hasValue() ? new String(found.getValue(), StandardCharsets.UTF_8) : null;
    }

    private static Standing standing(@Nullable String ended, @Nullable String notBefore, @Nullable Instant issuedAt) {
        if (ended != null) {
            return Standing.ENDED;
        }
        return notBefore == null || issuedAt != null && issuedAt.getEpochSecond() > Long.parseLong(notBefore)
                ? Standing.GOOD
                : Standing.OUTDATED;
    }

    private static String bySid(String sid) {
        return "wardroom:revoked:sid:" + sid;
    }

    private static String bySub(String sub) {
        return "wardroom:revoked:sub:" + sub;
    }
}
