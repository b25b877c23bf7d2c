package io.wardroom.gateway.tenant;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.keycloak.Account;
import io.wardroom.gateway.keycloak.Directory;
import io.wardroom.gateway.keycloak.NewAccount;
import io.wardroom.gateway.person.Members;
import io.wardroom.gateway.person.Members.Enrolled;
import io.wardroom.gateway.tenant.FoundTenant.Outcome;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.Founded;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.NameTaken;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.OwnerTaken;
import io.wardroom.gateway.tenant.FoundTenant.Outcome.OwnerUnfit;
import io.wardroom.gateway.tenant.TenantView.OwnerView;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Errand;
import io.wardroom.gateway.work.Errands;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Founds tenants, each with its first owner, and lists them.
///
/// The installation's first tenant is older than this table: it is put on record when its administrator first asks.
@Service
class Tenants {
    static final String CREATED = "tenant_created";
    static final String TENANT = "tenant";

    private final TenantRepository repository;
    private final Members members;
    private final Directory directory;
    private final Errands errands;
    private final AuditTrail audit;
    private final Trail trail;
    private final Clock clock;
    private final TenantProperties properties;

    Tenants(
            TenantRepository repository,
            Members members,
            Directory directory,
            Errands errands,
            AuditTrail audit,
            Trail trail,
            Clock clock,
            TenantProperties properties) {
        this.repository = repository;
        this.members = members;
        this.directory = directory;
        this.errands = errands;
        this.audit = audit;
        this.trail = trail;
        this.clock = clock;
        this.properties = properties;
    }

    /// Goes on for platform administrators; for others the deed is on record as refused, and the answer is 403.
    Mono<Void> admit(Actor actor, Caller caller) {
        return actor.platformAdmin()
                ? Mono.empty()
                : trail.record(Deed.by(actor, CREATED, TENANT, null).refused("FORBIDDEN"), caller)
                        .then(Mono.error(
                                () -> CommonProblem.FORBIDDEN.because("only a platform administrator founds tenants")));
    }

    Mono<Paged<TenantView>> list(Actor actor, int offset, int limit) {
        return errands.runForAny(_ -> {
            keepOwn(actor);
            return new Paged<>(repository.page(offset, limit), repository.count(), offset, limit);
        });
    }

    private void keepOwn(Actor actor) {
        var account = Errand.await(directory.find(actor.id()));
        var owner = new OwnerView(
                actor.id(), actor.username(), account.map(Account::email).orElse(null));
        var since = account.map(Account::createdAt).orElseGet(clock::instant);
        repository.keep(actor.tenant(), properties.firstName(), owner, since);
    }

    Mono<Outcome> found(FoundTenant wish, Caller caller) {
        var deed = Deed.by(wish.actor(), CREATED, TENANT, null).with("name", wish.name());
        return errands.runForAny(errand -> founded(wish, caller, errand)).flatMap(outcome -> switch (outcome) {
            case Founded _ -> Mono.just(outcome);
            case NameTaken _, OwnerTaken _ -> refused(deed, "TAKEN", caller, outcome);
            case OwnerUnfit _ -> refused(deed, "UNFIT", caller, outcome);
        });
    }

    private Mono<Outcome> refused(Deed deed, String reason, Caller caller, Outcome outcome) {
        return trail.record(deed.refused(reason), caller).thenReturn(outcome);
    }

    private Outcome founded(FoundTenant wish, Caller caller, Errand errand) {
        keepOwn(wish.actor());
        var tenant = new TenantId(UuidV7.next());
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (!repository.insert(tenant.value(), wish.name(), now)) {
            return errand.takeBack(new NameTaken());
        }
        var owner = new NewAccount(tenant, wish.username(), wish.email(), wish.password(), Role.OWNER);
        return switch (members.enrol(errand, owner)) {
            case Enrolled.Taken(var field) -> errand.takeBack(new OwnerTaken(field));
            case Enrolled.Unfit(var fault) -> errand.takeBack(new OwnerUnfit(fault));
            case Enrolled.Done(var user) -> {
                var view = new OwnerView(user.id(), user.username(), user.email());
                repository.setOwner(tenant.value(), view);
                audit.record(
                        Deed.by(wish.actor(), CREATED, TENANT, tenant)
                                .with("name", wish.name())
                                .with("owner", user.id().toString()),
                        caller);
                yield new Founded(new TenantView(tenant.value(), wish.name(), now, view));
            }
        };
    }
}
