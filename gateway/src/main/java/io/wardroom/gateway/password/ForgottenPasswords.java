package io.wardroom.gateway.password;

import io.namastack.outbox.Outbox;
import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Account;
import io.wardroom.gateway.keycloak.Directory;
import io.wardroom.gateway.mail.Letter;
import io.wardroom.gateway.mail.Post;
import io.wardroom.gateway.password.ForgottenPasswords.SealedWish;
import io.wardroom.gateway.password.ResetRepository.Holder;
import io.wardroom.gateway.seal.RandomToken;
import io.wardroom.gateway.seal.Seal;
import io.wardroom.gateway.seal.Seals;
import io.wardroom.gateway.work.Errand;
import io.wardroom.gateway.work.Errands;
import io.wardroom.gateway.work.Workers;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// Sends those who forgot their password a link. A request is only written down, for every address in the same steps;
/// whether anybody has the address is looked up afterwards, so that neither the answer nor its time tells.
@Component
class ForgottenPasswords implements OutboxTypedHandler<SealedWish> {
    static final String REQUESTED = "password_reset_requested";
    private static final Logger LOG = LoggerFactory.getLogger(ForgottenPasswords.class);
    private static final String PURPOSE = "forgotten password";
    private static final String USER = "user";

    private final Outbox outbox;
    private final Workers workers;
    private final Errands errands;
    private final Directory directory;
    private final ResetRepository repository;
    private final Post post;
    private final AuditTrail audit;
    private final Seal seal;
    private final JsonMapper json;
    private final Clock clock;
    private final PasswordProperties properties;

    ForgottenPasswords(
            Outbox outbox,
            Workers workers,
            Errands errands,
            Directory directory,
            ResetRepository repository,
            Post post,
            AuditTrail audit,
            Seals seals,
            JsonMapper json,
            Clock clock,
            PasswordProperties properties) {
        this.outbox = outbox;
        this.workers = workers;
        this.errands = errands;
        this.directory = directory;
        this.repository = repository;
        this.post = post;
        this.audit = audit;
        this.seal = seals.of(PURPOSE);
        this.json = json;
        this.clock = clock;
        this.properties = properties;
    }

    /// A request as it lies in the outbox, sealed: it tells who has an account here.
    record SealedWish(String sealed) {}

    private record Wish(
            String email,
            Instant at,
            @Nullable String sourceIp,
            @Nullable String userAgent,
            @Nullable String requestId) {
        Caller caller() {
            return new Caller(sourceIp, userAgent, requestId);
        }
    }

    /// Ends once the request is written down.
    Mono<Void> request(String email, Caller caller) {
        var wish = new Wish(email, clock.instant(), caller.sourceIp(), caller.userAgent(), caller.requestId());
        return workers.<Void>inTransaction(TenantId.PLATFORM, () -> {
            outbox.schedule(new SealedWish(seal.close(json.writeValueAsString(wish))), "password/" + UUID.randomUUID());
            return null;
        });
    }

    @Override
    public void handle(SealedWish sealed, OutboxRecordMetadata metadata) {
        var opened = seal.open(sealed.sealed());
        if (opened.isEmpty()) {
            LOG.error("a request for a new password was sealed with another key and is given up");
            return;
        }
        var wish = json.readValue(opened.get(), Wish.class);
        if (wish.at().plus(properties.lifetime()).isBefore(clock.instant())) {
            LOG.warn("a request for a new password has waited too long and is given up");
            return;
        }
        var account = Errand.await(directory.findByEmail(wish.email()));
        errands.now(_ -> answered(wish, account.orElse(null)));
    }

    private boolean answered(Wish wish, @Nullable Account account) {
        if (account == null || account.tenant().isEmpty()) {
            var stranger = new Deed(TenantId.PLATFORM, "user", null, null, REQUESTED, USER, null, null, Map.of());
            audit.record(stranger.refused("UNKNOWN_ADDRESS"), wish.caller());
            return false;
        }
        var holder = new Holder(account.id(), account.tenant().get());
        var deed = new Deed(
                holder.tenant(),
                "user",
                account.id(),
                account.username(),
                REQUESTED,
                USER,
                account.id().toString(),
                null,
                Map.of());
        var now = clock.instant();
        if (!account.active()) {
            audit.record(deed.refused("DISABLED"), wish.caller());
            return false;
        }
        // the outbox works off several at once; they must count and void each other
        repository.lock(account.id());
        if (repository.countSince(account.id(), now.minus(properties.mailsPeriod())) >= properties.mostMails()) {
            audit.record(deed.refused("TOO_MANY"), wish.caller());
            return false;
        }
        var token = RandomToken.make();
        var end = now.plus(properties.lifetime());
        repository.forgetBefore(now.minus(properties.mailsPeriod()));
        repository.replace(account.id(), now);
        repository.insert(token.hash(), holder, now, end);
        audit.record(deed, wish.caller());
        post.send(new Letter(
                wish.email(),
                "A new password for Wardroom",
                """
                Somebody, probably you, asked for a new password for the account %s.
                The link is good for %d minutes and can be used once. If it was not you, leave it: nothing has changed.""".formatted(account.username(), properties.lifetime().toMinutes()),
                "Choose a new password",
                post.link("reset-password", token),
                end));
        return true;
    }
}
