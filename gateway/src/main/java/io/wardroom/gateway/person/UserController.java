package io.wardroom.gateway.person;

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
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.apikey.PersonsOnly;
import io.wardroom.gateway.credential.Actors;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.person.ChangeUser.Outcome.Changed;
import io.wardroom.gateway.person.ChangeUser.Outcome.EmailTaken;
import io.wardroom.gateway.person.ChangeUser.Outcome.LastOwner;
import io.wardroom.gateway.person.ChangeUser.Outcome.NoSuchUser;
import io.wardroom.gateway.person.ChangeUser.Outcome.PlatformAdministratorsOnly;
import io.wardroom.gateway.person.CreateUser.Outcome.Created;
import io.wardroom.gateway.person.CreateUser.Outcome.Taken;
import io.wardroom.gateway.person.UserForms.ChangeForm;
import io.wardroom.gateway.person.UserForms.NewUserForm;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// The users of the caller's tenant, for its administrators.
@RestController
@Tag(name = "Users")
class UserController {
    private static final int LONGEST_SEARCH = 255;

    private final Users users;
    private final Members members;
    private final PersonsOnly persons;

    UserController(Users users, Members members, PersonsOnly persons) {
        this.users = users;
        this.members = members;
        this.persons = persons;
    }

    @Operation(summary = "The users of the tenant, by user name")
    @GetMapping("/api/v1/users")
    Mono<Paged<UserView>> list(
            @Parameter(description = "Part of a user name or an e-mail address") @RequestParam(defaultValue = "")
                    String search,
            @RequestParam(defaultValue = "0") int offset,
            @RequestParam(defaultValue = "50") int limit,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token) {
        var actor = Actors.of(token);
        if (!Members.mayAdminister(actor)) {
            throw Members.noAdministrator();
        }
        Paged.check(offset, limit);
        if (search.length() > LONGEST_SEARCH) {
            throw ProblemException.invalid("search", "must have at most %d characters".formatted(LONGEST_SEARCH));
        }
        return users.list(actor.tenant(), search, offset, limit);
    }

    @Operation(summary = "Make a user")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = NewUserForm.class)))
    @PostMapping("/api/v1/users")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<UserView> create(
            @org.springframework.web.bind.annotation.RequestBody Mono<NewUserForm> form,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        var actor = Actors.of(token);
        var caller = Call.of(exchange).caller(exchange);
        return members.admit(actor, Deed.by(actor, Users.CREATED, Users.USER, null), caller)
                // nobody else is told what is wrong with the body
                .then(form)
                .flatMap(filled -> users.create(filled.wish(actor), caller))
                .map(outcome -> switch (outcome) {
                    case Created(var user) -> user;
                    case CreateUser.Outcome.OwnersOnly _ ->
                        throw CommonProblem.FORBIDDEN.because("only an owner makes owners");
                    case Taken(var field) -> throw Members.taken(field);
                    case CreateUser.Outcome.Unfit(var fault) -> throw ProblemException.invalid(fault);
                });
    }

    @Operation(summary = "Change a user's e-mail address, role or password, or disable or enable the account")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ChangeForm.class)))
    @PatchMapping("/api/v1/users/{id}")
    Mono<UserView> change(
            @PathVariable UUID id,
            @org.springframework.web.bind.annotation.RequestBody Mono<ChangeForm> form,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        var actor = Actors.of(token);
        var caller = Call.of(exchange).caller(exchange);
        return members.admit(actor, Deed.by(actor, Users.UPDATED, Users.USER, id), caller)
                .then(form)
                .flatMap(filled -> changed(actor, id, filled, exchange))
                .map(outcome -> switch (outcome) {
                    case Changed(var user) -> user;
                    case NoSuchUser _ -> throw CommonProblem.NOT_FOUND.because("no user " + id);
                    case ChangeUser.Outcome.OwnersOnly _ ->
                        throw CommonProblem.FORBIDDEN.because("only an owner makes or changes owners");
                    case PlatformAdministratorsOnly _ ->
                        throw CommonProblem.FORBIDDEN.because("only a platform administrator changes one");
                    case LastOwner _ ->
                        throw CommonProblem.BUSINESS_RULE.because("the last active owner of a tenant stays its owner");
                    case EmailTaken _ -> throw Members.taken("email");
                    case ChangeUser.Outcome.Unfit(var fault) -> throw ProblemException.invalid(fault);
                });
    }

    /// A new password, or mail to an address of one's own: with these a key could make itself a login.
    private Mono<ChangeUser.Outcome> changed(Actor actor, UUID id, ChangeForm form, ServerWebExchange exchange) {
        var change = Mono.defer(
                () -> users.change(form.wish(actor, id), Call.of(exchange).caller(exchange)));
        if (form.password() == null && form.email() == null) {
            return change;
        }
        var deed = Deed.by(actor, ChangeUser.action(form.role() != null, form.active()), Users.USER, id);
        return persons.admit(exchange, deed).then(change);
    }
}
