package io.wardroom.gateway.session;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.trail.Trail;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Ends what a login began.
@Service
class Logouts {
    private static final String LOGOUT = "logout";
    private static final String SESSION = "session";

    private final Grants grants;
    private final Sessions sessions;
    private final Revocations revocations;
    private final Trail trail;

    Logouts(Grants grants, Sessions sessions, Revocations revocations, Trail trail) {
        this.grants = grants;
        this.sessions = sessions;
        this.revocations = revocations;
        this.trail = trail;
    }

    /// The token is refused last: whoever is told that a step failed can still try again.
    Mono<Void> logOut(Jwt token, Caller caller) {
        var sid = token.getClaimAsString("sid");
        if (sid == null) {
            return Mono.error(Refusals::noCredential);
        }
        return grants.endSession(sid)
                .then(Mono.defer(() -> trail.record(deed(token, sid), caller)))
                .then(Mono.defer(() -> revocations.endSession(sid)))
                // of no more use to anyone, so it may as well run out
                .then(Mono.defer(() -> sessions.end(sid).onErrorComplete()));
    }

    /// Whoever has lost every role may still leave.
    private static Deed deed(Jwt token, String sid) {
        try {
            return Deed.by(Actor.of(token), LOGOUT, SESSION, sid);
        } catch (IllegalArgumentException noRole) {
            return new Deed(
                    TenantId.PLATFORM,
                    "user",
                    UUID.fromString(token.getSubject()),
                    token.getClaimAsString("preferred_username"),
                    LOGOUT,
                    SESSION,
                    sid,
                    null,
                    Map.of());
        }
    }
}
