package io.wardroom.gateway.totp;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.keycloak.Accounts;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.keycloak.Person;
import io.wardroom.gateway.keycloak.Tokens;
import io.wardroom.gateway.seal.Seal;
import io.wardroom.gateway.seal.Seals;
import io.wardroom.gateway.totp.Shown.Right;
import io.wardroom.gateway.totp.Shown.TooMany;
import io.wardroom.gateway.totp.Shown.Wrong;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Workers;
import java.time.Clock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// Turns people's second factors on and off. Keycloak keeps them; until the first right code a secret lies sealed in
/// Redis, and Keycloak hears of it only then.
@Service
class SecondFactors {
    private static final Logger LOG = LoggerFactory.getLogger(SecondFactors.class);
    private static final int RECOVERY_CODES = 10;
    private static final String SET_UP = "totp_setup";
    private static final String ENABLED = "totp_enabled";
    private static final String DISABLED = "totp_disabled";
    private static final String ALREADY_ON = "ALREADY_ON";
    private static final int RETRIES = 2;

    private final Accounts accounts;
    private final Grants grants;
    private final Codes codes;
    private final RecoveryCodes recoveryCodes;
    private final FactorStore store;
    private final Seal seal;
    private final AuditTrail audit;
    private final Trail trail;
    private final Workers workers;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final TotpProperties totp;

    SecondFactors(
            Accounts accounts,
            Grants grants,
            Codes codes,
            RecoveryCodes recoveryCodes,
            FactorStore store,
            Seals seals,
            AuditTrail audit,
            Trail trail,
            Workers workers,
            ApplicationEventPublisher events,
            Clock clock,
            TotpProperties totp) {
        this.accounts = accounts;
        this.grants = grants;
        this.codes = codes;
        this.recoveryCodes = recoveryCodes;
        this.store = store;
        this.seal = seals.of("totp set-up");
        this.audit = audit;
        this.trail = trail;
        this.workers = workers;
        this.events = events;
        this.clock = clock;
        this.totp = totp;
    }

    /// Makes a secret, in the place of one that was made before and not used.
    Mono<SetUp.Outcome> setUp(SetUp wish, Caller caller) {
        var holder = Holder.of(wish.actor());
        return person(holder).flatMap(person -> {
            if (person.totp()) {
                return refused(holder, SET_UP, ALREADY_ON, caller).thenReturn(new SetUp.Outcome.AlreadyOn());
            }
            var secret = Secret.random();
            return trail.record(holder.deed(SET_UP), caller)
                    .then(store.put(key(holder), seal.close(secret.base32()), totp.setUpKept()))
                    .then(Mono.<SetUp.Outcome>fromCallable(() -> new SetUp.Outcome.Begun(
                                    secret,
                                    secret.url(totp.issuer(), person.username()),
                                    secret.picture(totp.issuer(), person.username())))
                            .subscribeOn(Schedulers.boundedElastic()));
        });
    }

    Mono<TurnOn.Outcome> turnOn(TurnOn wish, Caller caller) {
        return finished(Mono.defer(() -> begun(wish, caller)));
    }

    private Mono<TurnOn.Outcome> begun(TurnOn wish, Caller caller) {
        var holder = Holder.of(wish.actor());
        return person(holder).flatMap(person -> {
            if (person.totp()) {
                return refused(holder, ENABLED, ALREADY_ON, caller).thenReturn(new TurnOn.Outcome.AlreadyOn());
            }
            return store.get(key(holder))
                    .flatMap(closed -> Mono.justOrEmpty(seal.open(closed)))
                    .map(Secret::new)
                    .flatMap(secret -> secret.made(wish.code().digits(), clock.instant())
                            ? turnOn(holder, person, secret, wish.code(), caller)
                            : refused(holder, ENABLED, "BAD_CODE", caller)
                                    .<TurnOn.Outcome>thenReturn(new TurnOn.Outcome.WrongCode()))
                    .switchIfEmpty(Mono.defer(() ->
                            refused(holder, ENABLED, "NOT_SET_UP", caller).thenReturn(new TurnOn.Outcome.NotSetUp())));
        });
    }

    /// Empty if another call has taken the secret meanwhile.
    private Mono<TurnOn.Outcome> turnOn(Holder holder, Person person, Secret secret, Code.OneTime code, Caller caller) {
        var fresh = Stream.generate(RecoveryCode::random).limit(RECOVERY_CODES).toList();
        var on = workers.<Boolean>inTransaction(holder.tenant(), () -> {
                    recoveryCodes.replace(holder.tenant(), holder.id(), fresh);
                    return true;
                })
                .then(accounts.addSecondFactor(holder.id(), secret.base32()))
                // Keycloak takes the same code once: so it is used, and what it keeps is known to work
                .then(Mono.defer(() -> codes.owned(holder, grants.byCode(person.username(), code.digits()))))
                .flatMap(tokens -> grants.end(tokens)
                        .then(Mono.defer(() -> trail.record(holder.deed(ENABLED), caller)))
                        .<TurnOn.Outcome>thenReturn(new TurnOn.Outcome.TurnedOn(fresh)))
                .switchIfEmpty(Mono.defer(() -> undo(holder)
                        .then(refused(holder, ENABLED, "BAD_CODE", caller))
                        .thenReturn(new TurnOn.Outcome.WrongCode())))
                .onErrorResume(failure -> undo(holder).then(Mono.error(failure)))
                .doOnTerminate(() -> events.publishEvent(new SecondFactorChanged(holder.id())));
        return store.remove(key(holder)).filter(taken -> taken).flatMap(_ -> on);
    }

    /// As far as it can be undone: a factor that stays is one whose secret the person has.
    private Mono<Void> undo(Holder holder) {
        return accounts.removeSecondFactors(holder.id())
                .then(workers.<Boolean>inTransaction(holder.tenant(), () -> {
                    recoveryCodes.removeAll(holder.tenant(), holder.id());
                    return true;
                }))
                .then()
                .onErrorResume(failure -> {
                    LOG.error(
                            "the second factor of account {} may be half set up: {}", holder.id(), failure.toString());
                    return Mono.empty();
                });
    }

    Mono<TurnOff.Outcome> turnOff(TurnOff wish, Caller caller) {
        return finished(Mono.defer(() -> checked(wish, caller)));
    }

    private Mono<TurnOff.Outcome> checked(TurnOff wish, Caller caller) {
        var holder = Holder.of(wish.actor());
        return person(holder).flatMap(person -> {
            if (!person.totp()) {
                return refused(holder, DISABLED, "NOT_ON", caller).thenReturn(new TurnOff.Outcome.NotOn());
            }
            return codes.counted(holder, () -> passwordAndCode(wish, holder, person, caller))
                    .flatMap(shown -> switch (shown) {
                        case Right(var tokens) -> turnOff(holder, tokens, caller);
                        case Wrong _ ->
                            refused(holder, DISABLED, "BAD_CREDENTIALS", caller)
                                    .thenReturn(new TurnOff.Outcome.Refused());
                        case TooMany(var retryAfter) ->
                            refused(holder, DISABLED, "TOO_MANY_FAILURES", caller)
                                    .thenReturn(new TurnOff.Outcome.TooManyFailures(retryAfter));
                    });
        });
    }

    private Mono<Shown> passwordAndCode(TurnOff wish, Holder holder, Person person, Caller caller) {
        return codes.owned(holder, grants.byPassword(person.username(), wish.password()))
                .flatMap(tokens -> grants.end(tokens).then(codes.check(holder, wish.code(), caller)))
                .defaultIfEmpty(new Wrong());
    }

    private Mono<TurnOff.Outcome> turnOff(Holder holder, Tokens tokens, Caller caller) {
        return grants.end(tokens)
                .then(accounts.removeSecondFactors(holder.id()))
                // what Keycloak has forgotten cannot be put back, so this must not fail for a moment's trouble
                .then(workers.<Boolean>inTransaction(holder.tenant(), () -> {
                            recoveryCodes.removeAll(holder.tenant(), holder.id());
                            audit.record(holder.deed(DISABLED), caller);
                            return true;
                        })
                        .retry(RETRIES))
                .doOnTerminate(() -> events.publishEvent(new SecondFactorChanged(holder.id())))
                .thenReturn(new TurnOff.Outcome.TurnedOff());
    }

    private Mono<Person> person(Holder holder) {
        // the account is gone, the token lives a little longer
        return accounts.withId(holder.id()).switchIfEmpty(Mono.error(Refusals::noCredential));
    }

    private Mono<Void> refused(Holder holder, String action, String reason, Caller caller) {
        return trail.record(holder.deed(action).refused(reason), caller);
    }

    /// Goes on to its end even where the caller hangs up, so that nothing stays half done.
    private static <T> Mono<T> finished(Mono<T> work) {
        return Mono.defer(() -> Mono.fromFuture(work.toFuture(), true));
    }

    private static String key(Holder holder) {
        return "totp:setup:" + holder.id();
    }
}
