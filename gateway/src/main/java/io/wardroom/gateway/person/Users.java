package io.wardroom.gateway.person;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.keycloak.Account;
import io.wardroom.gateway.keycloak.Directory;
import io.wardroom.gateway.keycloak.NewAccount;
import io.wardroom.gateway.keycloak.Written;
import io.wardroom.gateway.person.ChangeUser.Outcome.Changed;
import io.wardroom.gateway.person.ChangeUser.Outcome.EmailTaken;
import io.wardroom.gateway.person.ChangeUser.Outcome.LastOwner;
import io.wardroom.gateway.person.ChangeUser.Outcome.NoSuchUser;
import io.wardroom.gateway.person.ChangeUser.Outcome.PlatformAdministratorsOnly;
import io.wardroom.gateway.person.CreateUser.Outcome.Created;
import io.wardroom.gateway.person.CreateUser.Outcome.Taken;
import io.wardroom.gateway.person.Members.Enrolled;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Errand;
import io.wardroom.gateway.work.Errands;
import io.wardroom.gateway.work.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Lists, makes and changes the users of a tenant. A change of role, a new password and being disabled hold at once:
/// they end the user's sessions.
@Service
class Users {
    static final String CREATED = "user_created";
    static final String UPDATED = "user_updated";
    static final String ROLE_CHANGED = "role_changed";
    static final String DISABLED = "user_disabled";
    static final String USER = "user";
    private static final int MOST_ROLES_KEPT = 20_000;
    private static final Duration ROLES_KEPT = Duration.ofSeconds(15);
    private static final int ROLES_ASKED_AT_ONCE = 8;

    private final Directory directory;
    private final Members members;
    private final SessionEnder sessions;
    private final LastLogins lastLogins;
    private final Errands errands;
    private final Workers workers;
    private final AuditTrail audit;
    private final Trail trail;
    /// For lists only: what decides about rights is read afresh.
    private final Cache<UUID, Optional<Role>> roles = Caffeine.newBuilder()
            .maximumSize(MOST_ROLES_KEPT)
            .expireAfterWrite(ROLES_KEPT)
            .build();

    Users(
            Directory directory,
            Members members,
            SessionEnder sessions,
            LastLogins lastLogins,
            Errands errands,
            Workers workers,
            AuditTrail audit,
            Trail trail) {
        this.directory = directory;
        this.members = members;
        this.sessions = sessions;
        this.lastLogins = lastLogins;
        this.errands = errands;
        this.workers = workers;
        this.audit = audit;
        this.trail = trail;
    }

    /// @param search part of a user name or an e-mail address; empty for all
    Mono<Paged<UserView>> list(TenantId tenant, String search, int offset, int limit) {
        if (search.isBlank()) {
            return Mono.zip(directory.page(tenant, offset, limit), directory.count(tenant))
                    .flatMap(found -> page(tenant, found.getT1(), found.getT2(), offset, limit));
        }
        return directory
                .matching(tenant, search.strip().toLowerCase(Locale.ROOT))
                .flatMap(found ->
                        page(tenant, found.stream().skip(offset).limit(limit).toList(), found.size(), offset, limit));
    }

    private Mono<Paged<UserView>> page(TenantId tenant, List<Account> accounts, long total, int offset, int limit) {
        var ids = accounts.stream().map(Account::id).toList();
        return workers.inTransaction(tenant, () -> lastLogins.of(ids)).flatMap(logins -> Flux.fromIterable(accounts)
                .flatMapSequential(
                        account -> listedRole(account.id())
                                .map(role -> UserView.of(account, role, logins.get(account.id()))),
                        ROLES_ASKED_AT_ONCE)
                .collectList()
                .map(users -> new Paged<>(users, total, offset, limit)));
    }

    private Mono<Optional<Role>> listedRole(UUID user) {
        var kept = roles.getIfPresent(user);
        return kept != null
                ? Mono.just(kept)
                : directory.rolesOf(user).map(Role::highestOf).doOnNext(role -> roles.put(user, role));
    }

    Mono<CreateUser.Outcome> create(CreateUser wish, Caller caller) {
        var deed = Deed.by(wish.actor(), CREATED, USER, null)
                .with("username", wish.username())
                .with("role", wish.role().spelled());
        if (!Members.mayAppoint(wish.actor(), wish.role())) {
            return refused(deed, "OWNERS_ONLY", caller, new CreateUser.Outcome.OwnersOnly());
        }
        var account =
                new NewAccount(wish.actor().tenant(), wish.username(), wish.email(), wish.password(), wish.role());
        return errands.<CreateUser.Outcome>run(account.tenant(), errand -> switch (members.enrol(errand, account)) {
                    case Enrolled.Done(var user) -> {
                        audit.record(
                                Deed.by(wish.actor(), CREATED, USER, user.id())
                                        .with("username", user.username())
                                        .with("role", wish.role().spelled()),
                                caller);
                        yield new Created(user);
                    }
                    case Enrolled.Taken(var field) -> errand.takeBack(new Taken(field));
                    case Enrolled.Unfit(var fault) -> errand.takeBack(new CreateUser.Outcome.Unfit(fault));
                })
                .flatMap(outcome -> switch (outcome) {
                    case Taken _ -> refused(deed, "TAKEN", caller, outcome);
                    case CreateUser.Outcome.Unfit _ -> refused(deed, "UNFIT", caller, outcome);
                    default -> Mono.just(outcome);
                });
    }

    Mono<ChangeUser.Outcome> change(ChangeUser wish, Caller caller) {
        var deed = Deed.by(wish.actor(), ChangeUser.action(wish.role() != null, wish.active()), USER, wish.user());
        return errands.run(wish.actor().tenant(), errand -> changed(wish, caller, errand))
                .flatMap(outcome -> switch (outcome) {
                    case Changed _ -> Mono.just(outcome);
                    case NoSuchUser _ -> refused(deed, "NOT_FOUND", caller, outcome);
                    case ChangeUser.Outcome.OwnersOnly _ -> refused(deed, "OWNERS_ONLY", caller, outcome);
                    case PlatformAdministratorsOnly _ -> refused(deed, "PLATFORM_ADMINS_ONLY", caller, outcome);
                    case LastOwner _ -> refused(deed, "LAST_OWNER", caller, outcome);
                    case EmailTaken _ -> refused(deed, "TAKEN", caller, outcome);
                    case ChangeUser.Outcome.Unfit _ -> refused(deed, "UNFIT", caller, outcome);
                });
    }

    private <T> Mono<T> refused(Deed deed, String reason, Caller caller, T outcome) {
        return trail.record(deed.refused(reason), caller).thenReturn(outcome);
    }

    private ChangeUser.Outcome changed(ChangeUser wish, Caller caller, Errand errand) {
        var actor = wish.actor();
        if (wish.role() != null || wish.active() != null) {
            // two owners who demote each other must not both find the other one there
            members.lock(actor.tenant());
        }
        var account = Errand.await(directory.find(wish.user()))
                .filter(found -> found.tenant().equals(Optional.of(actor.tenant())));
        if (account.isEmpty()) {
            return errand.takeBack(new NoSuchUser());
        }
        var names = Errand.await(directory.rolesOf(wish.user()));
        var role = Role.highestOf(names);
        var isOwner = role.equals(Optional.of(Role.OWNER));
        if (!Members.mayAppoint(actor, isOwner ? Role.OWNER : role.orElse(Role.VIEWER))
                || wish.role() != null && !Members.mayAppoint(actor, wish.role())) {
            return errand.takeBack(new ChangeUser.Outcome.OwnersOnly());
        }
        if (names.contains(Role.PLATFORM_ADMIN) && !actor.platformAdmin()) {
            return errand.takeBack(new PlatformAdministratorsOnly());
        }
        var stopsOwning = wish.role() != null && wish.role() != Role.OWNER || Boolean.FALSE.equals(wish.active());
        if (isOwner && stopsOwning && !Errand.await(directory.hasOwnerBeside(actor.tenant(), wish.user()))) {
            return errand.takeBack(new LastOwner());
        }
        var refusal = write(wish, account.get(), names, errand);
        if (refusal.isPresent()) {
            return errand.takeBack(refusal.get());
        }
        record(wish, account.get(), role, caller);
        if (wish.role() != null || Boolean.FALSE.equals(wish.active()) || wish.password() != null) {
            Errand.done(sessions.endAllOf(wish.user()));
        }
        roles.invalidate(wish.user());
        return Errand.await(directory.find(wish.user()))
                .<ChangeUser.Outcome>map(now -> new Changed(UserView.of(
                        now, wish.role() == null ? role : Optional.of(wish.role()), lastLogins.of(wish.user()))))
                .orElseGet(() -> errand.takeBack(new NoSuchUser()));
    }

    /// The password last: it is what cannot be undone.
    private Optional<ChangeUser.Outcome> write(
            ChangeUser wish, Account account, java.util.Set<String> names, Errand errand) {
        var id = account.id();
        if (wish.email() != null && !wish.email().equals(account.email())) {
            var refusal = refusalOf(Errand.await(directory.setEmail(id, wish.email())));
            if (refusal.isPresent()) {
                return refusal;
            }
            errand.undoneBy(() -> Errand.await(directory.setEmail(id, account.email() == null ? "" : account.email())));
        }
        if (wish.role() != null) {
            replaceRoles(id, wish.role(), names, errand);
        }
        if (wish.active() != null && wish.active() != account.active()) {
            var refusal = refusalOf(Errand.await(directory.setActive(id, wish.active())));
            if (refusal.isPresent()) {
                return refusal;
            }
            errand.undoneBy(() -> Errand.await(directory.setActive(id, account.active())));
        }
        return wish.password() == null
                ? Optional.empty()
                : refusalOf(Errand.await(directory.setPassword(id, wish.password())));
    }

    /// The new one first: at no moment is the user without any.
    private void replaceRoles(UUID user, Role wanted, java.util.Set<String> names, Errand errand) {
        if (!names.contains(wanted.spelled())) {
            errand.undoneBy(() -> Errand.done(directory.revoke(user, wanted)));
            Errand.done(directory.grant(user, wanted));
        }
        for (var role : Role.values()) {
            if (role != wanted && names.contains(role.spelled())) {
                errand.undoneBy(() -> Errand.done(directory.grant(user, role)));
                Errand.done(directory.revoke(user, role));
            }
        }
    }

    private static Optional<ChangeUser.Outcome> refusalOf(Written written) {
        return switch (written) {
            case Written.Done _ -> Optional.empty();
            case Written.Taken _ -> Optional.of(new EmailTaken());
            case Written.Unfit(var fault) -> Optional.of(new ChangeUser.Outcome.Unfit(fault));
        };
    }

    private void record(ChangeUser wish, Account before, Optional<Role> role, Caller caller) {
        var fields = new ArrayList<String>();
        if (wish.email() != null) {
            fields.add("email");
        }
        if (wish.password() != null) {
            fields.add("password");
        }
        if (Boolean.TRUE.equals(wish.active())) {
            fields.add("is_active");
        }
        if (!fields.isEmpty()) {
            audit.record(Deed.by(wish.actor(), UPDATED, USER, before.id()).with("fields", fields), caller);
        }
        if (wish.role() != null) {
            audit.record(
                    Deed.by(wish.actor(), ROLE_CHANGED, USER, before.id())
                            .with("from", role.map(Role::spelled).orElse("none"))
                            .with("to", wish.role().spelled()),
                    caller);
        }
        if (Boolean.FALSE.equals(wish.active())) {
            audit.record(Deed.by(wish.actor(), DISABLED, USER, before.id()), caller);
        }
    }
}
