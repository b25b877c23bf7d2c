package io.wardroom.gateway.password;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Account;
import io.wardroom.gateway.keycloak.Directory;
import io.wardroom.gateway.keycloak.Written;
import io.wardroom.gateway.password.ResetPassword.Outcome;
import io.wardroom.gateway.password.ResetPassword.Outcome.NoSuchToken;
import io.wardroom.gateway.password.ResetPassword.Outcome.Reset;
import io.wardroom.gateway.password.ResetPassword.Outcome.Unfit;
import io.wardroom.gateway.person.SessionEnder;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Errand;
import io.wardroom.gateway.work.Errands;
import java.time.Clock;
import java.util.Map;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Gives people a new password for the token that was mailed to them, and ends every session they had.
@Service
class Passwords {
    private static final String RESET = "password_reset";
    private static final String USER = "user";

    private final ResetRepository repository;
    private final Directory directory;
    private final SessionEnder sessions;
    private final Errands errands;
    private final AuditTrail audit;
    private final Trail trail;
    private final Clock clock;

    Passwords(
            ResetRepository repository,
            Directory directory,
            SessionEnder sessions,
            Errands errands,
            AuditTrail audit,
            Trail trail,
            Clock clock) {
        this.repository = repository;
        this.directory = directory;
        this.sessions = sessions;
        this.errands = errands;
        this.audit = audit;
        this.trail = trail;
        this.clock = clock;
    }

    Mono<Outcome> reset(ResetPassword wish, Caller caller) {
        var nobody = new Deed(TenantId.PLATFORM, "user", null, null, RESET, USER, null, null, Map.of());
        return errands.runForAny(errand -> done(wish, caller, errand)).flatMap(outcome -> switch (outcome) {
            case Reset _ -> Mono.just(outcome);
            case NoSuchToken _ ->
                trail.record(nobody.refused("BAD_TOKEN"), caller).thenReturn(outcome);
            case Unfit _ -> trail.record(nobody.refused("UNFIT"), caller).thenReturn(outcome);
        });
    }

    private Outcome done(ResetPassword wish, Caller caller, Errand errand) {
        var holder = repository.use(wish.token().hash(), clock.instant());
        if (holder.isEmpty()) {
            return errand.takeBack(new NoSuchToken());
        }
        var user = holder.get().user();
        var account = Errand.await(directory.find(user)).filter(Account::active);
        if (account.isEmpty()) {
            return errand.takeBack(new NoSuchToken());
        }
        audit.record(
                new Deed(
                        holder.get().tenant(),
                        "user",
                        user,
                        account.get().username(),
                        RESET,
                        USER,
                        user.toString(),
                        null,
                        Map.of()),
                caller);
        return switch (Errand.await(directory.setPassword(user, wish.password()))) {
            case Written.Unfit(var fault) -> errand.takeBack(new Unfit(new FieldFault("password", fault.message())));
            case Written.Taken _ -> throw new IllegalStateException("a password cannot be taken");
            case Written.Done _ -> {
                Errand.done(directory.forgive(user));
                Errand.done(sessions.endAllOf(user));
                yield new Reset();
            }
        };
    }
}
