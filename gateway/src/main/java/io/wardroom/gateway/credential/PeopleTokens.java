package io.wardroom.gateway.credential;

import io.netty.channel.EventLoop;
import io.wardroom.common.security.RememberedTokens;
import io.wardroom.gateway.session.Revocations;
import io.wardroom.gateway.session.Revocations.Standing;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.stereotype.Component;

/// What can be said of people's tokens without asking Keycloak anything.
@Component
public class PeopleTokens {
    private final RememberedTokens remembered;
    private final Revocations revocations;

    PeopleTokens(RememberedTokens remembered, Revocations revocations) {
        this.remembered = remembered;
        this.revocations = revocations;
    }

    /// A token whose signature was good within the last minute and that has not ended; empty for any other.
    public Optional<Jwt> remembered(String token) {
        try {
            return remembered.find(token);
        } catch (JwtValidationException ended) {
            return Optional.empty();
        }
    }

    /// Whether nothing was said against a token, asked and answered on the caller's event loop; fails where Redis is
    /// away.
    public CompletableFuture<Boolean> isGood(Jwt token, EventLoop loop) {
        return revocations.standingOn(loop, token).thenApply(Standing.GOOD::equals);
    }
}
