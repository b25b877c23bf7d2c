package io.wardroom.gateway.person;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Directory;
import io.wardroom.gateway.keycloak.NewAccount;
import io.wardroom.gateway.keycloak.Written;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Errand;
import java.util.Objects;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Takes people into a tenant, whichever way they come: made by an administrator, invited, or founding it.
@Service
public class Members {
    private final Directory directory;
    private final JdbcClient jdbc;
    private final Trail trail;

    Members(Directory directory, JdbcClient jdbc, Trail trail) {
        this.directory = directory;
        this.jdbc = jdbc;
        this.trail = trail;
    }

    /// How it ends to take somebody in.
    public sealed interface Enrolled {
        record Done(UserView user) implements Enrolled {}

        /// @param field `username` or `email`
        record Taken(String field) implements Enrolled {}

        record Unfit(FieldFault fault) implements Enrolled {}
    }

    /// Whether `actor` looks after the users of their tenant.
    public static boolean mayAdminister(Actor actor) {
        return actor.role() == Role.OWNER || actor.role() == Role.ADMIN;
    }

    /// Goes on for who looks after users; for others the deed is on record as refused, and the answer is 403.
    public Mono<Void> admit(Actor actor, Deed deed, Caller caller) {
        return mayAdminister(actor)
                ? Mono.empty()
                : trail.record(deed.refused("FORBIDDEN"), caller).then(Mono.error(Members::noAdministrator));
    }

    /// @param field `username` or `email`
    public static ProblemException taken(String field) {
        return CommonProblem.CONFLICT.because(
                "another account has this " + (field.equals("email") ? "e-mail address" : "user name"));
    }

    static ProblemException noAdministrator() {
        return CommonProblem.FORBIDDEN.because("only an administrator or owner looks after users");
    }

    /// Whether `actor`, who looks after users, may make somebody `role`, or take it from them.
    public static boolean mayAppoint(Actor actor, Role role) {
        return role != Role.OWNER || actor.role() == Role.OWNER;
    }

    /// Makes the account with its role; it is deleted again if the errand fails later.
    public Enrolled enrol(Errand errand, NewAccount wanted) {
        var made = Errand.await(directory.create(wanted));
        return switch (made.written()) {
            case Written.Taken(var field) -> new Enrolled.Taken(field);
            case Written.Unfit(var fault) -> new Enrolled.Unfit(fault);
            case Written.Done _ -> {
                var id = Objects.requireNonNull(made.id());
                errand.undoneBy(() -> Errand.done(directory.delete(id)));
                Errand.done(directory.grant(id, wanted.role()));
                var account = Errand.await(directory.find(id))
                        .orElseThrow(() -> new IllegalStateException("account %s is gone again".formatted(id)));
                yield new Enrolled.Done(UserView.of(account, Optional.of(wanted.role()), null));
            }
        };
    }

    /// Lets one transaction at a time decide about the people of a tenant, across all replicas.
    public void lock(TenantId tenant) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", "members of " + tenant)
                .query((row, _) -> true)
                .single();
    }
}
