package io.wardroom.gateway.login;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Accounts;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.keycloak.Person;
import io.wardroom.gateway.keycloak.Tokens;
import io.wardroom.gateway.login.LogIn.Outcome;
import io.wardroom.gateway.login.LogIn.Outcome.LoggedIn;
import io.wardroom.gateway.login.LogIn.Outcome.NoRole;
import io.wardroom.gateway.login.LogIn.Outcome.Refused;
import io.wardroom.gateway.login.LogIn.Outcome.SecondFactorAsked;
import io.wardroom.gateway.login.LogIn.Outcome.TooManyFailures;
import io.wardroom.gateway.person.LastLogins;
import io.wardroom.gateway.session.Sessions;
import io.wardroom.gateway.session.Turns;
import io.wardroom.gateway.totp.Challenges;
import io.wardroom.gateway.totp.Shown;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Workers;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Logs people in and puts each try on record before it is answered.
@Service
class Logins {
    static final String LOGIN = "login";
    static final String SESSION = "session";
    private static final int LONGEST_NAME = 100;

    private final Grants grants;
    private final Accounts accounts;
    private final Challenges challenges;
    private final ReactiveJwtDecoder decoder;
    private final Sessions sessions;
    private final Turns turns;
    private final LastLogins lastLogins;
    private final AuditTrail audit;
    private final Trail trail;
    private final Workers workers;
    private final LoginProperties login;

    Logins(
            Grants grants,
            Accounts accounts,
            Challenges challenges,
            ReactiveJwtDecoder decoder,
            Sessions sessions,
            Turns turns,
            LastLogins lastLogins,
            AuditTrail audit,
            Trail trail,
            Workers workers,
            LoginProperties login) {
        this.grants = grants;
        this.accounts = accounts;
        this.challenges = challenges;
        this.decoder = decoder;
        this.sessions = sessions;
        this.turns = turns;
        this.lastLogins = lastLogins;
        this.audit = audit;
        this.trail = trail;
        this.workers = workers;
        this.login = login;
    }

    Mono<Outcome> logIn(LogIn wish, Caller caller) {
        var refusal = Mono.delay(login.refusedAfter()).then().cache();
        return Mono.defer(() -> {
            // begun now, waited for only by a refusal
            var clock = refusal.subscribe();
            return turns.take(turnOf(wish), grants.byPassword(wish.username(), wish.password()))
                    .flatMap(tokens -> welcome(tokens, caller))
                    .switchIfEmpty(Mono.defer(() -> refuse(wish, caller).then(refusal.thenReturn(new Refused()))))
                    .doFinally(_ -> clock.dispose());
        });
    }

    /// Guesses at one account, however many come at once, are counted one after the other.
    private static String turnOf(LogIn wish) {
        return "login:" + TokenHash.of(wish.username().toLowerCase(Locale.ROOT));
    }

    /// Finishes a login whose password was right.
    Mono<Outcome> answer(AnswerChallenge wish, Caller caller) {
        return challenges.answer(wish.token(), wish.code(), caller).flatMap(shown -> switch (shown) {
            case Shown.Right(var tokens) ->
                withActor(tokens, caller, (token, actor) -> admit(tokens, token, actor, caller));
            case Shown.Wrong _ -> Mono.just(new Refused());
            case Shown.TooMany(var retryAfter) -> Mono.just(new TooManyFailures(retryAfter));
        });
    }

    /// Lets in whoever has shown the password; empty where the account has gone meanwhile.
    Mono<Outcome> welcome(Tokens tokens, Caller caller) {
        return withActor(tokens, caller, (token, actor) -> accounts.withId(actor.id())
                .flatMap(person -> person.totp()
                        ? grants.end(tokens).then(challenges.open(actor)).<Outcome>map(SecondFactorAsked::new)
                        : admit(tokens, token, actor, caller)));
    }

    private Mono<Outcome> withActor(Tokens tokens, Caller caller, BiFunction<Jwt, Actor, Mono<Outcome>> next) {
        return decoder.decode(tokens.accessToken()).flatMap(token -> actorOf(token)
                .map(actor -> next.apply(token, actor))
                .orElseGet(() ->
                        turnAway(tokens, unknownRole(token), "NO_ROLE", caller).thenReturn(new NoRole())));
    }

    private Mono<Outcome> admit(Tokens tokens, Jwt token, Actor actor, Caller caller) {
        var deed = Deed.by(actor, LOGIN, SESSION, token.getClaimAsString("sid"));
        return sessions.begin(tokens, token)
                .flatMap(session -> kept(actor, deed, caller).<Outcome>thenReturn(new LoggedIn(session)))
                // nobody will ever show these tokens
                .onErrorResume(failure -> grants.end(tokens).onErrorComplete().then(Mono.error(failure)));
    }

    private Mono<Void> kept(Actor actor, Deed deed, Caller caller) {
        return workers.<Void>inTransaction(actor.tenant(), () -> {
            audit.record(deed, caller);
            lastLogins.keep(actor);
            return null;
        });
    }

    private Mono<Void> turnAway(Tokens tokens, Deed deed, String reason, Caller caller) {
        return grants.end(tokens).then(trail.record(deed.refused(reason), caller));
    }

    /// Known and unknown names take the same steps.
    private Mono<Void> refuse(LogIn wish, Caller caller) {
        return accounts.named(wish.username())
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(person -> {
                    var tenant = person.flatMap(Person::tenant).orElse(TenantId.PLATFORM);
                    var deed = deed(
                            tenant,
                            person.map(Person::id).orElse(null),
                            person.map(Person::username).orElseGet(() -> cut(wish.username())));
                    return trail.record(deed.refused("BAD_CREDENTIALS"), caller);
                });
    }

    private static Optional<Actor> actorOf(Jwt token) {
        try {
            return Optional.of(Actor.of(token));
        } catch (IllegalArgumentException noRole) {
            return Optional.empty();
        }
    }

    private static Deed unknownRole(Jwt token) {
        return deed(
                TenantId.PLATFORM, UUID.fromString(token.getSubject()), token.getClaimAsString("preferred_username"));
    }

    private static Deed deed(TenantId tenant, @Nullable UUID user, @Nullable String username) {
        return new Deed(tenant, "user", user, username, LOGIN, SESSION, null, null, Map.of());
    }

    private static String cut(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }
}
