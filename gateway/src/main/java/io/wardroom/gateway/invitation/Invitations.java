package io.wardroom.gateway.invitation;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.invitation.AcceptInvite.Outcome.Accepted;
import io.wardroom.gateway.invitation.AcceptInvite.Outcome.NoSuchInvitation;
import io.wardroom.gateway.invitation.AcceptInvite.Outcome.Unfit;
import io.wardroom.gateway.invitation.Invite.Outcome.Invited;
import io.wardroom.gateway.invitation.Invite.Outcome.OwnersOnly;
import io.wardroom.gateway.invitation.Invite.Outcome.Taken;
import io.wardroom.gateway.keycloak.Directory;
import io.wardroom.gateway.keycloak.NewAccount;
import io.wardroom.gateway.mail.Letter;
import io.wardroom.gateway.mail.Post;
import io.wardroom.gateway.person.Members;
import io.wardroom.gateway.person.Members.Enrolled;
import io.wardroom.gateway.seal.RandomToken;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Errand;
import io.wardroom.gateway.work.Errands;
import io.wardroom.gateway.work.Workers;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Invites people by mail and takes them in when they accept.
@Service
class Invitations {
    static final String CREATED = "invitation_created";
    static final String ACCEPTED = "invitation_accepted";
    static final String INVITATION = "invitation";

    private final InvitationRepository repository;
    private final Members members;
    private final Directory directory;
    private final Post post;
    private final Errands errands;
    private final Workers workers;
    private final AuditTrail audit;
    private final Trail trail;
    private final Clock clock;
    private final InvitationProperties properties;

    Invitations(
            InvitationRepository repository,
            Members members,
            Directory directory,
            Post post,
            Errands errands,
            Workers workers,
            AuditTrail audit,
            Trail trail,
            Clock clock,
            InvitationProperties properties) {
        this.repository = repository;
        this.members = members;
        this.directory = directory;
        this.post = post;
        this.errands = errands;
        this.workers = workers;
        this.audit = audit;
        this.trail = trail;
        this.clock = clock;
        this.properties = properties;
    }

    Mono<Paged<InvitationView>> list(TenantId tenant, int offset, int limit) {
        return workers.inTransaction(
                tenant,
                () -> new Paged<>(
                        repository.page(tenant, clock.instant(), offset, limit),
                        repository.count(tenant),
                        offset,
                        limit));
    }

    Mono<Invite.Outcome> invite(Invite wish, Caller caller) {
        var deed = Deed.by(wish.actor(), CREATED, INVITATION, null)
                .with("role", wish.role().spelled());
        if (!Members.mayAppoint(wish.actor(), wish.role())) {
            return refused(deed, "OWNERS_ONLY", caller, new OwnersOnly());
        }
        return errands.run(wish.actor().tenant(), errand -> invited(wish, caller, errand))
                .flatMap(outcome ->
                        outcome instanceof Taken ? refused(deed, "TAKEN", caller, outcome) : Mono.just(outcome));
    }

    private <T> Mono<T> refused(Deed deed, String reason, Caller caller, T outcome) {
        return trail.record(deed.refused(reason), caller).thenReturn(outcome);
    }

    private Invite.Outcome invited(Invite wish, Caller caller, Errand errand) {
        var tenant = wish.actor().tenant();
        members.lock(tenant);
        if (Errand.await(directory.findByEmail(wish.email())).isPresent()) {
            return errand.takeBack(new Taken());
        }
        var now = now();
        var token = RandomToken.make();
        var invitation = new InvitationView(
                UuidV7.next(), wish.email(), wish.role().spelled(), "pending", now.plus(properties.lifetime()), now);
        repository.replace(tenant, wish.email(), now);
        repository.insert(invitation, tenant, token.hash(), wish.actor().id());
        audit.record(
                Deed.by(wish.actor(), CREATED, INVITATION, invitation.id()).with("role", invitation.role()), caller);
        post.send(letter(wish.actor(), invitation, token));
        return new Invited(invitation);
    }

    private Letter letter(Actor actor, InvitationView invitation, RandomToken token) {
        return new Letter(
                invitation.email(),
                "You are invited to Wardroom",
                "%s invites you to Wardroom. The invitation is good until %s and can be accepted once."
                        .formatted(actor.username(), invitation.expiresAt().truncatedTo(ChronoUnit.MINUTES)),
                "Accept the invitation",
                post.link("accept-invite", token),
                invitation.expiresAt());
    }

    Mono<AcceptInvite.Outcome> accept(AcceptInvite wish, Caller caller) {
        return errands.<AcceptInvite.Outcome>runForAny(errand -> accepted(wish, caller, errand))
                .flatMap(outcome -> switch (outcome) {
                    case Accepted _ -> Mono.just(outcome);
                    case NoSuchInvitation _ ->
                        refused(deed(TenantId.PLATFORM, null, wish), "BAD_TOKEN", caller, outcome);
                    case AcceptInvite.Outcome.Taken _ ->
                        refused(deed(TenantId.PLATFORM, null, wish), "TAKEN", caller, outcome);
                    case Unfit _ -> refused(deed(TenantId.PLATFORM, null, wish), "UNFIT", caller, outcome);
                });
    }

    private AcceptInvite.Outcome accepted(AcceptInvite wish, Caller caller, Errand errand) {
        var found = repository.accept(wish.token().hash(), now());
        if (found.isEmpty()) {
            return errand.takeBack(new NoSuchInvitation());
        }
        var invited = found.get();
        var account =
                new NewAccount(invited.tenant(), wish.username(), invited.email(), wish.password(), invited.role());
        return switch (members.enrol(errand, account)) {
            case Enrolled.Taken(var field) -> errand.takeBack(new AcceptInvite.Outcome.Taken(field));
            case Enrolled.Unfit(var fault) -> errand.takeBack(new Unfit(fault));
            case Enrolled.Done(var user) -> {
                repository.setAcceptedBy(invited.id(), user.id());
                var deed = deed(invited.tenant(), user.id(), wish);
                audit.record(
                        new Deed(
                                deed.tenant(),
                                deed.actorType(),
                                deed.userId(),
                                user.username(),
                                ACCEPTED,
                                INVITATION,
                                invited.id().toString(),
                                null,
                                Map.of("role", invited.role().spelled())),
                        caller);
                yield new Accepted(user);
            }
        };
    }

    private static Deed deed(TenantId tenant, @Nullable UUID user, AcceptInvite wish) {
        return new Deed(tenant, "user", user, wish.username(), ACCEPTED, INVITATION, null, null, Map.of());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
