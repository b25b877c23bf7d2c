package io.wardroom.gateway.totp;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.gateway.keycloak.Accounts;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.keycloak.Person;
import io.wardroom.gateway.keycloak.Tokens;
import io.wardroom.gateway.totp.Shown.Right;
import io.wardroom.gateway.totp.Shown.TooMany;
import io.wardroom.gateway.totp.Shown.Wrong;
import io.wardroom.gateway.work.Workers;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Tells whether a code is right, and keeps count of those that are not.
///
/// Keycloak's own count is not enough: it begins anew with each right password, so that someone who knows the password
/// could guess codes forever.
@Component
class Codes {
    private static final Logger LOG = LoggerFactory.getLogger(Codes.class);

    private final FactorStore store;
    private final Grants grants;
    private final Accounts accounts;
    private final ReactiveJwtDecoder decoder;
    private final RecoveryCodes recoveryCodes;
    private final AuditTrail audit;
    private final Workers workers;
    private final TotpProperties totp;

    Codes(
            FactorStore store,
            Grants grants,
            Accounts accounts,
            ReactiveJwtDecoder decoder,
            RecoveryCodes recoveryCodes,
            AuditTrail audit,
            Workers workers,
            TotpProperties totp) {
        this.store = store;
        this.grants = grants;
        this.accounts = accounts;
        this.decoder = decoder;
        this.recoveryCodes = recoveryCodes;
        this.audit = audit;
        this.workers = workers;
        this.totp = totp;
    }

    /// Shows a person's code to whoever knows, counted.
    Mono<Shown> show(Holder holder, Code code, Caller caller) {
        return counted(holder, () -> check(holder, code, caller));
    }

    /// A try that counts against the person unless it is right. It is counted before it is made and given back
    /// afterwards, so that tries at the same moment cannot pass the limit together. One that Keycloak does not
    /// answer counts too: it may have been heard.
    Mono<Shown> counted(Holder holder, Supplier<Mono<Shown>> attempt) {
        var key = "totp:failures:" + holder.id();
        return store.take(key, totp.failures(), totp.failuresKept())
                .flatMap(refused -> refused.isPresent()
                        ? Mono.just(new TooMany(refused.get()))
                        : Mono.defer(attempt)
                                .flatMap(shown -> shown instanceof Right
                                        ? store.giveBack(key).onErrorComplete().thenReturn(shown)
                                        : Mono.just(shown)));
    }

    /// As [#show], not counted: for use within [#counted].
    Mono<Shown> check(Holder holder, Code code, Caller caller) {
        return accounts.withId(holder.id())
                .filter(person -> person.active() && person.totp())
                .flatMap(person -> switch (code) {
                    case Code.OneTime(var digits) -> owned(holder, grants.byCode(person.username(), digits));
                    case Code.Recovery(var recovery) -> recovered(holder, person, recovery, caller);
                })
                .<Shown>map(Right::new)
                .defaultIfEmpty(new Wrong());
    }

    /// The code is used up after Keycloak has granted, so that none is lost where it is locked or away; of several at
    /// once the others' sessions end unseen.
    private Mono<Tokens> recovered(Holder holder, Person person, RecoveryCode code, Caller caller) {
        return workers.inTransaction(holder.tenant(), () -> recoveryCodes.isUnused(holder.tenant(), holder.id(), code))
                .filter(unused -> unused)
                .flatMap(_ -> owned(holder, grants.byRecoveryCode(person.username())))
                .flatMap(tokens -> use(holder, code, caller)
                        .onErrorResume(
                                failure -> grants.end(tokens).onErrorComplete().then(Mono.error(failure)))
                        .flatMap(used ->
                                used ? Mono.just(tokens) : grants.end(tokens).then(Mono.<Tokens>empty())));
    }

    private Mono<Boolean> use(Holder holder, RecoveryCode code, Caller caller) {
        return workers.inTransaction(holder.tenant(), () -> {
            var used = recoveryCodes.use(holder.tenant(), holder.id(), code);
            if (used) {
                audit.record(holder.deed("recovery_code_used"), caller);
            }
            return used;
        });
    }

    /// Keycloak is asked by name: where one person's user name is another's e-mail address it may mean the other.
    Mono<Tokens> owned(Holder holder, Mono<Tokens> granted) {
        return granted.flatMap(tokens -> decoder.decode(tokens.accessToken()).flatMap(token -> {
            if (holder.id().toString().equals(token.getSubject())) {
                return Mono.just(tokens);
            }
            LOG.error("the name of account {} is also account {}'s", holder.id(), token.getSubject());
            return grants.end(tokens).then(Mono.<Tokens>empty());
        }));
    }
}
