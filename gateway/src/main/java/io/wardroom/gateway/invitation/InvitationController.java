package io.wardroom.gateway.invitation;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.gateway.answer.Fields;
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.credential.Actors;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.invitation.AcceptInvite.Outcome.Accepted;
import io.wardroom.gateway.invitation.AcceptInvite.Outcome.NoSuchInvitation;
import io.wardroom.gateway.invitation.AcceptInvite.Outcome.Unfit;
import io.wardroom.gateway.invitation.Invite.Outcome.Invited;
import io.wardroom.gateway.invitation.Invite.Outcome.OwnersOnly;
import io.wardroom.gateway.invitation.Invite.Outcome.Taken;
import io.wardroom.gateway.person.Members;
import io.wardroom.gateway.person.UserForms;
import io.wardroom.gateway.person.UserView;
import io.wardroom.gateway.seal.RandomToken;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Invitations into the caller's tenant, and the way in for who was invited.
@RestController
@Tag(name = "Invitations")
class InvitationController {
    private final Invitations invitations;
    private final Members members;

    InvitationController(Invitations invitations, Members members) {
        this.invitations = invitations;
        this.members = members;
    }

    record InvitationForm(@Nullable String email, @Nullable String role) {
        /// @throws ProblemException naming every field at fault
        Invite wish(Actor actor) {
            var fields = new Fields();
            var wish = new Invite(actor, fields.email("email", email), UserForms.role(fields, role));
            fields.check();
            return wish;
        }
    }

    record AcceptForm(
            @Nullable String token,
            @Nullable String username,
            @Nullable String password) {
        private static final int LONGEST_TOKEN = 100;

        /// @throws ProblemException naming every field at fault
        AcceptInvite wish() {
            var fields = new Fields();
            var wish = new AcceptInvite(
                    new RandomToken(fields.text("token", token, LONGEST_TOKEN)),
                    fields.username("username", username),
                    fields.password("password", password));
            fields.check();
            return wish;
        }

        /// Never shows the token or the password.
        @Override
        public String toString() {
            return "AcceptForm[username=" + username + "]";
        }
    }

    @Operation(summary = "The invitations of the tenant, the newest first")
    @GetMapping("/api/v1/invitations")
    Mono<Paged<InvitationView>> list(
            @RequestParam(defaultValue = "0") int offset,
            @RequestParam(defaultValue = "50") int limit,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token) {
        var actor = Actors.of(token);
        if (!Members.mayAdminister(actor)) {
            throw CommonProblem.FORBIDDEN.because("only an administrator or owner sees the invitations");
        }
        Paged.check(offset, limit);
        return invitations.list(actor.tenant(), offset, limit);
    }

    @Operation(summary = "Invite somebody by mail")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = InvitationForm.class)))
    @PostMapping("/api/v1/invitations")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<InvitationView> invite(
            @org.springframework.web.bind.annotation.RequestBody Mono<InvitationForm> form,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        var actor = Actors.of(token);
        var caller = Call.of(exchange).caller(exchange);
        return members.admit(actor, Deed.by(actor, Invitations.CREATED, Invitations.INVITATION, null), caller)
                .then(form)
                .flatMap(filled -> invitations.invite(filled.wish(actor), caller))
                .map(outcome -> switch (outcome) {
                    case Invited(var invitation) -> invitation;
                    case OwnersOnly _ -> throw CommonProblem.FORBIDDEN.because("only an owner invites owners");
                    case Taken _ -> throw Members.taken("email");
                });
    }

    @Operation(summary = "Become a user by the token of an invitation")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = AcceptForm.class)))
    @PostMapping("/api/v1/auth/accept-invite")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<UserView> accept(
            @org.springframework.web.bind.annotation.RequestBody AcceptForm form,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return invitations
                .accept(form.wish(), Call.of(exchange).caller(exchange))
                .map(outcome -> switch (outcome) {
                    case Accepted(var user) -> user;
                    case NoSuchInvitation _ -> throw ProblemException.invalid("token", "is unknown, used or too old");
                    case AcceptInvite.Outcome.Taken(var field) -> throw Members.taken(field);
                    case Unfit(var fault) -> throw ProblemException.invalid(fault);
                });
    }
}
