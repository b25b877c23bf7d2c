package io.wardroom.audit.webhook;

import io.wardroom.audit.webhook.Delivery.Status;
import io.wardroom.audit.webhook.DeliveryRepository.Fresh;
import io.wardroom.audit.webhook.DeliveryRepository.Replayable;
import io.wardroom.audit.webhook.WebhookWish.Change;
import io.wardroom.audit.webhook.WebhookWish.Create;
import io.wardroom.audit.webhook.WebhookWish.Outcome;
import io.wardroom.audit.webhook.WebhookWish.Outcome.AddressRefused;
import io.wardroom.audit.webhook.WebhookWish.Outcome.Done;
import io.wardroom.audit.webhook.WebhookWish.Outcome.DoneWithSecret;
import io.wardroom.audit.webhook.WebhookWish.Outcome.IsOff;
import io.wardroom.audit.webhook.WebhookWish.Outcome.NoKey;
import io.wardroom.audit.webhook.WebhookWish.Outcome.NoSuchDelivery;
import io.wardroom.audit.webhook.WebhookWish.Outcome.NoSuchWebhook;
import io.wardroom.audit.webhook.WebhookWish.Outcome.Queued;
import io.wardroom.audit.webhook.WebhookWish.Outcome.QueuedMany;
import io.wardroom.audit.webhook.WebhookWish.Outcome.TooMany;
import io.wardroom.audit.webhook.WebhookWish.Outcome.UnderWay;
import io.wardroom.audit.webhook.wire.AddressGuard;
import io.wardroom.audit.webhook.wire.SecretBox;
import io.wardroom.audit.webhook.wire.WebhookSecret;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/// A tenant's webhooks and their deliveries, as its administrators keep them. Each wish leaves a row in the audit
/// log, without the secret and, because some receivers' addresses are secrets themselves, with no more of the
/// address than its host.
@Service
class Webhooks {
    /// How many a tenant may have.
    static final int MOST = 50;

    /// How many deliveries one replay may queue.
    static final int MOST_REPLAYED = 10_000;

    private static final String ENTITY = "webhook";

    private final WebhookRepository repository;
    private final DeliveryRepository deliveries;
    private final Dispatcher dispatcher;
    private final AddressGuard guard;
    private final SecretBox box;
    private final AuditTrail audit;
    private final WebhookProperties settings;
    private final JsonMapper json;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Webhooks(
            WebhookRepository repository,
            DeliveryRepository deliveries,
            Dispatcher dispatcher,
            AddressGuard guard,
            SecretBox box,
            AuditTrail audit,
            WebhookProperties settings,
            JsonMapper json,
            TransactionTemplate transaction,
            Clock clock) {
        this.repository = repository;
        this.deliveries = deliveries;
        this.dispatcher = dispatcher;
        this.guard = guard;
        this.box = box;
        this.audit = audit;
        this.settings = settings;
        this.json = json;
        this.transaction = transaction;
        this.clock = clock;
    }

    /// Who wishes, and how the request came.
    record Wisher(Actor actor, Caller caller) {
        TenantId tenant() {
            return actor.tenant();
        }
    }

    Outcome create(Wisher wisher, Create wish) {
        // ahead of the transaction: a name server may take its time
        var refusal = refusalOf(wish.url());
        return inTransaction(() -> {
            var id = UuidV7.next();
            var deed = Deed.by(wisher.actor(), "create_webhook", ENTITY, id)
                    .with("host", host(wish.url()))
                    .with("events", wish.events());
            if (refusal != null) {
                return refused(wisher, deed, "ADDRESS_REFUSED", new AddressRefused(refusal));
            }
            if (!box.isReady()) {
                return refused(wisher, deed, "UNAVAILABLE", new NoKey());
            }
            if (repository.count(wisher.tenant()) >= MOST) {
                return refused(wisher, deed, "TOO_MANY", new TooMany(MOST));
            }
            var secret = Objects.requireNonNullElseGet(wish.secret(), WebhookSecret::make);
            var webhook = Webhook.made(
                    id,
                    wisher.tenant(),
                    wish.url(),
                    wish.description(),
                    wish.events(),
                    box.close(id, secret),
                    wisher.actor().id(),
                    now());
            repository.insert(webhook);
            audit.record(deed, wisher.caller());
            return new DoneWithSecret(webhook, secret);
        });
    }

    @Transactional(readOnly = true)
    WebhookRepository.Page list(TenantId tenant, int offset, int limit) {
        return repository.list(tenant, offset, limit);
    }

    @Transactional(readOnly = true)
    Optional<Webhook> find(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    Outcome change(Wisher wisher, UUID id, Change wish) {
        var url = wish.url();
        var refusal = url == null ? null : refusalOf(url);
        var deed = Deed.by(wisher.actor(), "update_webhook", ENTITY, id).with("fields", wish.fields());
        return changing(wisher, id, deed, webhook -> {
            if (refusal != null) {
                return refused(wisher, deed, "ADDRESS_REFUSED", new AddressRefused(refusal));
            }
            var changed = webhook.changed(
                            Objects.requireNonNullElse(url, webhook.url()),
                            wish.description() == null ? webhook.description() : wish.description(),
                            Objects.requireNonNullElse(wish.events(), webhook.events()),
                            now())
                    .switched(Objects.requireNonNullElse(wish.enabled(), webhook.enabled()), now());
            repository.update(changed);
            audit.record(url == null ? deed : deed.with("host", host(url)), wisher.caller());
            return new Done(changed);
        });
    }

    Outcome delete(Wisher wisher, UUID id) {
        var deed = Deed.by(wisher.actor(), "delete_webhook", ENTITY, id);
        return changing(wisher, id, deed, webhook -> {
            repository.delete(wisher.tenant(), id, now());
            audit.record(deed.with("host", host(webhook.url())), wisher.caller());
            return new Done(webhook);
        });
    }

    /// @param wished  null for a new one
    /// @param overlap how long the present one holds beside it; null for the configured time
    Outcome rotateSecret(Wisher wisher, UUID id, @Nullable WebhookSecret wished, @Nullable Duration overlap) {
        var deed = Deed.by(wisher.actor(), "rotate_webhook_secret", ENTITY, id);
        return changing(wisher, id, deed, webhook -> {
            if (!box.isReady()) {
                return refused(wisher, deed, "UNAVAILABLE", new NoKey());
            }
            var secret = Objects.requireNonNullElseGet(wished, WebhookSecret::make);
            var until = now().plus(Objects.requireNonNullElse(overlap, settings.overlap()));
            var rotated = webhook.rotated(box.close(id, secret), until, now());
            repository.update(rotated);
            audit.record(deed.with("former_until", until.toString()), wisher.caller());
            return new DoneWithSecret(rotated, secret);
        });
    }

    /// Queues a message that says nothing but that it came; it is tried once.
    Outcome test(Wisher wisher, UUID id) {
        var deed = Deed.by(wisher.actor(), "test_webhook", ENTITY, id);
        return waking(changing(wisher, id, deed, webhook -> {
            if (!webhook.enabled()) {
                return refused(wisher, deed, "CONFLICT", new IsOff());
            }
            var message = Message.of(
                    UuidV7.next(),
                    wisher.tenant(),
                    EventName.ofWebhooks(EventName.TEST),
                    null,
                    now(),
                    json.writeValueAsString(Map.of("id", id, "message", "A test of this webhook")),
                    json);
            deliveries.insertMessages(List.of(message), now());
            audit.record(deed, wisher.caller());
            return queued(wisher.tenant(), id, message.id(), 0, 1);
        }));
    }

    /// Queues a delivery's message once more.
    Outcome replay(Wisher wisher, UUID id, UUID delivery) {
        var deed =
                Deed.by(wisher.actor(), "replay_webhook_delivery", ENTITY, id).with("delivery_id", delivery);
        return waking(changing(wisher, id, deed, webhook -> deliveries
                .find(wisher.tenant(), id, delivery)
                .map(found -> replay(wisher, webhook, found, deed))
                .orElseGet(() -> refused(wisher, deed, "NOT_FOUND", new NoSuchDelivery(delivery)))));
    }

    private Outcome replay(Wisher wisher, Webhook webhook, Delivery delivery, Deed deed) {
        if (!webhook.enabled()) {
            return refused(wisher, deed, "CONFLICT", new IsOff());
        }
        if (delivery.status() == Status.PENDING) {
            return refused(wisher, deed, "CONFLICT", new UnderWay());
        }
        audit.record(deed, wisher.caller());
        var replayed = deliveries.replayable(webhook.id(), delivery.message());
        return queued(
                wisher.tenant(), webhook.id(), delivery.message(), replayed.replays() + 1, delivery.mostAttempts());
    }

    /// Queues once more what came in a stretch of time and is not on its way.
    ///
    /// @param takenToo also what the receiver took
    Outcome replayAll(Wisher wisher, UUID id, Instant from, Instant to, boolean takenToo) {
        var deed = Deed.by(wisher.actor(), "replay_webhook_deliveries", ENTITY, id)
                .with("from", from.toString())
                .with("to", to.toString())
                .with("include_delivered", takenToo);
        return waking(changing(wisher, id, deed, webhook -> {
            if (!webhook.enabled()) {
                return refused(wisher, deed, "CONFLICT", new IsOff());
            }
            var found = deliveries.replayable(id, from, to, takenToo, MOST_REPLAYED + 1);
            if (found.size() > MOST_REPLAYED) {
                return refused(wisher, deed, "TOO_MANY", new TooMany(MOST_REPLAYED));
            }
            if (!found.isEmpty()) {
                deliveries.insert(
                        found.stream()
                                .map(one -> again(wisher.tenant(), id, one))
                                .toList(),
                        now());
            }
            audit.record(deed.with("deliveries", found.size()), wisher.caller());
            return new QueuedMany(found.size());
        }));
    }

    private static Fresh again(TenantId tenant, UUID webhook, Replayable message) {
        return new Fresh(
                tenant, webhook, message.message(), message.replays() + 1, Status.PENDING, RetrySchedule.TRIES);
    }

    /// Empty if there is no such webhook.
    @Transactional(readOnly = true)
    Optional<DeliveryRepository.Page> deliveries(
            TenantId tenant, UUID id, DeliveryRepository.Filter filter, int offset, int limit) {
        return repository.find(tenant, id).map(_ -> deliveries.list(tenant, id, filter, offset, limit));
    }

    private Outcome queued(TenantId tenant, UUID webhook, UUID message, int replay, int tries) {
        var id = deliveries
                .insert(List.of(new Fresh(tenant, webhook, message, replay, Status.PENDING, tries)), now())
                .getFirst();
        return new Queued(deliveries.find(tenant, webhook, id).orElseThrow());
    }

    private Outcome changing(Wisher wisher, UUID id, Deed deed, Function<Webhook, Outcome> change) {
        return inTransaction(() -> repository
                .findForChange(wisher.tenant(), id)
                .map(change)
                .orElseGet(() -> refused(wisher, deed, "NOT_FOUND", new NoSuchWebhook())));
    }

    private Outcome refused(Wisher wisher, Deed deed, String reason, Outcome outcome) {
        audit.record(deed.refused(reason), wisher.caller());
        return outcome;
    }

    /// What was queued is committed by now.
    private Outcome waking(Outcome outcome) {
        dispatcher.wake();
        return outcome;
    }

    private @Nullable String refusalOf(URI url) {
        if (settings.httpsOnly() && !"https".equalsIgnoreCase(url.getScheme())) {
            return "must begin with https:";
        }
        return guard.refuses(host(url)) ? "must lead to a public address" : null;
    }

    private static String host(URI url) {
        return Objects.requireNonNullElse(url.getHost(), "");
    }

    private Outcome inTransaction(Supplier<Outcome> work) {
        return Objects.requireNonNull(transaction.execute(_ -> work.get()));
    }

    /// As PostgreSQL keeps it.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
