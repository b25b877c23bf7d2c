package io.wardroom.gateway.apikey;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.gateway.answer.Paged;
import io.wardroom.gateway.apikey.MakeKey.Outcome.Made;
import io.wardroom.gateway.apikey.MakeKey.Outcome.TooMany;
import io.wardroom.gateway.trail.Trail;
import io.wardroom.gateway.work.Errand;
import io.wardroom.gateway.work.Errands;
import io.wardroom.gateway.work.Workers;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

/// Makes, lists and revokes people's keys.
@Service
class ApiKeys {
    static final String CREATED = "api_key_created";
    static final String REVOKED = "api_key_revoked";

    private final ApiKeyRepository repository;
    private final KeyStore store;
    private final Workers workers;
    private final Errands errands;
    private final AuditTrail audit;
    private final Trail trail;
    private final Clock clock;
    private final ApiKeyProperties properties;

    ApiKeys(
            ApiKeyRepository repository,
            KeyStore store,
            Workers workers,
            Errands errands,
            AuditTrail audit,
            Trail trail,
            Clock clock,
            ApiKeyProperties properties) {
        this.repository = repository;
        this.store = store;
        this.workers = workers;
        this.errands = errands;
        this.audit = audit;
        this.trail = trail;
        this.clock = clock;
        this.properties = properties;
    }

    /// Whether `actor` looks after the keys of all people of their tenant.
    static boolean mayAdminister(Actor actor) {
        return actor.role() == Role.OWNER || actor.role() == Role.ADMIN;
    }

    Mono<MakeKey.Outcome> make(MakeKey wish, Caller caller) {
        return workers.inTransaction(wish.actor().tenant(), () -> made(wish, caller));
    }

    private MakeKey.Outcome made(MakeKey wish, Caller caller) {
        var actor = wish.actor();
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        repository.lock(actor.id());
        if (repository.countLive(actor.id(), now) >= properties.most()) {
            audit.record(Deed.by(actor, CREATED, KnownKey.ENTITY, null).refused("TOO_MANY"), caller);
            return new TooMany(properties.most());
        }
        var key = ApiKey.make();
        var view = new ApiKeyView(
                UuidV7.next(),
                wish.name(),
                actor.username(),
                key.beginning(),
                wish.scopes().stream().map(Scope::spelled).toList(),
                now,
                wish.expiresAt(),
                null);
        repository.insert(view, actor.tenant(), actor.id(), key.hash());
        audit.record(
                Deed.by(actor, CREATED, KnownKey.ENTITY, view.id())
                        .with("name", view.name())
                        .with("prefix", view.prefix())
                        .with("scopes", view.scopes())
                        .with("expires_at", view.expiresAt().toString()),
                caller);
        return new Made(view, key);
    }

    /// @param everybodys or the actor's own
    Mono<Paged<ApiKeyView>> list(Actor actor, boolean everybodys, int offset, int limit) {
        var owner = everybodys ? null : actor.id();
        return workers.inTransaction(
                actor.tenant(),
                () -> new Paged<>(
                        repository.page(actor.tenant(), owner, offset, limit),
                        repository.count(actor.tenant(), owner),
                        offset,
                        limit));
    }

    /// Whether there was such a key for the actor to revoke. No gateway takes it any more once this is answered.
    Mono<Boolean> revoke(Actor actor, UUID id, Caller caller) {
        return errands.run(actor.tenant(), errand -> revoked(actor, id, caller, errand))
                .delayUntil(done -> done
                        ? Mono.<Void>empty()
                        : trail.record(
                                Deed.by(actor, REVOKED, KnownKey.ENTITY, id).refused("NOT_FOUND"), caller));
    }

    private boolean revoked(Actor actor, UUID id, Caller caller, Errand errand) {
        var hash = repository.revoke(actor.tenant(), owned(actor), id, clock.instant());
        if (hash.isEmpty()) {
            return false;
        }
        audit.record(Deed.by(actor, REVOKED, KnownKey.ENTITY, id), caller);
        errand.undoneBy(() -> Errand.done(store.allow(hash.get())));
        // ahead of the commit: should Redis be away, nothing was done
        Errand.done(store.forbid(hash.get()));
        return true;
    }

    private static @Nullable UUID owned(Actor actor) {
        return mayAdminister(actor) ? null : actor.id();
    }
}
