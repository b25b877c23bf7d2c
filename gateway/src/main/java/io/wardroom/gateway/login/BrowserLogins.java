package io.wardroom.gateway.login;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.keycloak.LoginPage;
import io.wardroom.gateway.keycloak.SignedIn;
import io.wardroom.gateway.login.FinishLogIn.Outcome;
import io.wardroom.gateway.login.FinishLogIn.Outcome.LoggedIn;
import io.wardroom.gateway.login.FinishLogIn.Outcome.Refused;
import io.wardroom.gateway.login.FinishLogIn.Outcome.SecondFactorAsked;
import io.wardroom.gateway.login.FinishLogIn.Reason;
import io.wardroom.gateway.seal.RandomToken;
import io.wardroom.gateway.session.SharedStore;
import io.wardroom.gateway.trail.Trail;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Logs people in who show their password on Keycloak's own page (authorization code with PKCE), and puts each return
/// from there on record before it is answered. The second factor is asked for by us, since we count its wrong codes.
@Service
class BrowserLogins {
    private static final String CALLBACK = "/api/v1/auth/browser/callback";

    private final LoginPage page;
    private final Grants grants;
    private final IdTokens idTokens;
    private final Logins logins;
    private final SharedStore store;
    private final Trail trail;
    private final Clock clock;
    private final LoginProperties login;
    private final URI callback;

    BrowserLogins(
            LoginPage page,
            Grants grants,
            IdTokens idTokens,
            Logins logins,
            SharedStore store,
            Trail trail,
            Clock clock,
            LoginProperties login) {
        this.page = page;
        this.grants = grants;
        this.idTokens = idTokens;
        this.logins = logins;
        this.store = store;
        this.trail = trail;
        this.clock = clock;
        this.login = login;
        this.callback = login.publicUrl().resolve(CALLBACK);
    }

    /// A new login, if Keycloak is there to be sent to.
    Mono<PendingLogin> begin(LocalPath next) {
        return page.ready()
                .then(Mono.fromSupplier(() -> new PendingLogin(
                        random(),
                        random(),
                        random(),
                        next.uri().toString(),
                        clock.instant().plus(login.browserKept()))));
    }

    /// Where the browser goes to show the password.
    URI pageOf(PendingLogin pending) {
        return page.address(pending.state(), pending.nonce(), pending.challenge(), callback);
    }

    Mono<Outcome> finish(FinishLogIn wish, Caller caller) {
        if (wish.pending().isEmpty()) {
            return refuse(Reason.NOT_BEGUN, caller);
        }
        var pending = wish.pending().get();
        if (!pending.isOf(wish.state())) {
            return refuse(Reason.WRONG_STATE, caller);
        }
        return store.takeName("login-state:" + TokenHash.of(pending.state()), login.browserKept())
                .flatMap(first -> first ? redeem(wish, pending, caller) : refuse(Reason.STATE_SPENT, caller));
    }

    private Mono<Outcome> redeem(FinishLogIn wish, PendingLogin pending, Caller caller) {
        var code = wish.code();
        if (code == null || wish.error() != null) {
            return refuse("access_denied".equals(wish.error()) ? Reason.ACCESS_DENIED : Reason.NO_CODE, caller);
        }
        return grants.byAuthorizationCode(code, pending.verifier(), callback)
                .flatMap(signedIn -> idTokens.isOf(pending.nonce(), signedIn.idToken())
                        .flatMap(ours -> ours
                                ? welcome(signedIn, pending, caller)
                                : grants.end(signedIn.tokens()).then(refuse(Reason.WRONG_NONCE, caller))))
                .switchIfEmpty(Mono.defer(() -> refuse(Reason.BAD_CODE, caller)));
    }

    private Mono<Outcome> welcome(SignedIn signedIn, PendingLogin pending, Caller caller) {
        var next = LocalPath.of(pending.next());
        return logins.welcome(signedIn.tokens(), caller).flatMap(outcome -> switch (outcome) {
            case LogIn.Outcome.LoggedIn(var session) -> Mono.<Outcome>just(new LoggedIn(session, next));
            case LogIn.Outcome.SecondFactorAsked(var challenge) ->
                Mono.<Outcome>just(new SecondFactorAsked(challenge, next));
            // on record already
            case LogIn.Outcome.NoRole _ -> Mono.<Outcome>just(new Refused(Reason.NO_ROLE));
            case LogIn.Outcome.Refused _, LogIn.Outcome.TooManyFailures _ -> refuse(Reason.BAD_CODE, caller);
        });
    }

    private Mono<Outcome> refuse(Reason reason, Caller caller) {
        var deed = new Deed(TenantId.PLATFORM, "user", null, null, Logins.LOGIN, Logins.SESSION, null, null, Map.of());
        return trail.record(deed.refused(reason.name()), caller).thenReturn(new Refused(reason));
    }

    private static String random() {
        return RandomToken.make().value();
    }
}
