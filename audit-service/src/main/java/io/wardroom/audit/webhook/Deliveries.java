package io.wardroom.audit.webhook;

import io.wardroom.audit.webhook.Delivery.Status;
import io.wardroom.audit.webhook.Delivery.Try;
import io.wardroom.audit.webhook.DeliveryRepository.Claimed;
import io.wardroom.audit.webhook.DeliveryRepository.Settled;
import io.wardroom.audit.webhook.wire.Answer;
import io.wardroom.audit.webhook.wire.SecretBox;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/// Decides what becomes of deliveries: who takes them, when they are tried again, when a webhook is switched off.
@Service
class Deliveries {
    private static final int A_STEP = 2_000;
    private static final int STEPS = 500;
    private static final int BUSY = 429;
    private static final int AWAY = 503;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    // before one that was not tried after all is taken again
    private static final Duration GIVEN_BACK = Duration.ofSeconds(1);
    // whoever read a webhook just before it was deleted is through with it by then
    private static final Duration CLEARED_BEHIND = Duration.ofMinutes(10);

    private final WebhookRepository webhooks;
    private final DeliveryRepository repository;
    private final Fanout fanout;
    private final SecretBox box;
    private final AuditTrail audit;
    private final WebhookProperties settings;
    private final JsonMapper json;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Deliveries(
            WebhookRepository webhooks,
            DeliveryRepository repository,
            Fanout fanout,
            SecretBox box,
            AuditTrail audit,
            WebhookProperties settings,
            JsonMapper json,
            TransactionTemplate transaction,
            Clock clock) {
        this.webhooks = webhooks;
        this.repository = repository;
        this.fanout = fanout;
        this.box = box;
        this.audit = audit;
        this.settings = settings;
        this.json = json;
        this.transaction = transaction;
        this.clock = clock;
    }

    /// @param answer null if it was not tried after all
    record Done(Claimed delivery, @Nullable Answer answer) {}

    List<UUID> due(UUID behind, int most) {
        return everywhere(() -> repository.due(behind, most));
    }

    List<Claimed> take(Map<UUID, Integer> room, int most) {
        return everywhere(() -> repository.claim(room, most, settings.lease()));
    }

    String body(UUID message) {
        return everywhere(() -> repository.body(message));
    }

    /// Keeps how these ended, and what that means for their webhooks.
    void settle(List<Done> done) {
        everywhere(() -> {
            judgeWebhooks(done);
            repository.settle(done.stream().map(this::settled).toList());
            return true;
        });
    }

    private void judgeWebhooks(List<Done> done) {
        var now = clock.instant();
        var tookSomething = new HashSet<UUID>();
        var failures = new ArrayList<Done>();
        for (var one : done) {
            var answer = one.answer();
            if (answer != null && answer.taken()) {
                tookSomething.add(one.delivery().webhook());
            } else if (answer != null) {
                failures.add(one);
            }
        }
        if (!failures.isEmpty()) {
            webhooks.hold(done.stream().map(one -> one.delivery().webhook()).toList());
        }
        for (var failure : failures) {
            judgeFailure(failure.delivery(), Objects.requireNonNull(failure.answer()), now);
        }
        if (!tookSomething.isEmpty()) {
            webhooks.noteSuccess(tookSomething, now);
        }
    }

    private void judgeFailure(Claimed delivery, Answer answer, Instant now) {
        if (answer.gone()) {
            disable(delivery.tenant(), delivery.webhook(), Webhook.GONE, now);
            return;
        }
        if (delivery.event().equals(EventName.TEST)) {
            return;
        }
        var since = webhooks.noteFailure(delivery.webhook(), now, pausedUntil(answer, now));
        if (since.isBefore(now.minus(settings.disableAfter()))) {
            disable(delivery.tenant(), delivery.webhook(), Webhook.FAILING, now);
        }
    }

    /// A receiver that is too busy for one delivery is too busy for all of them.
    private static @Nullable Instant pausedUntil(Answer answer, Instant now) {
        var pause = answer.retryAfter();
        var status = answer.status();
        if (pause == null || status == null || status != BUSY && status != AWAY) {
            return null;
        }
        return now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
    }

    /// Switches a webhook off, puts it on record and tells the tenant's other webhooks.
    private void disable(TenantId tenant, UUID webhook, String reason, Instant now) {
        if (!webhooks.disable(webhook, reason, now)) {
            return;
        }
        audit.record(
                Deed.bySystem(tenant, "webhook_disabled", "webhook", webhook).with("reason", reason), Caller.NOBODY);
        fanout.tell(List.of(Message.of(
                UuidV7.next(),
                tenant,
                EventName.ofWebhooks(EventName.DISABLED),
                null,
                now,
                json.writeValueAsString(Map.of("id", webhook, "reason", reason, "disabled_at", now)),
                json)));
    }

    private Settled settled(Done done) {
        var delivery = done.delivery();
        var answer = done.answer();
        var now = clock.instant();
        if (answer == null) {
            return new Settled(
                    delivery.id(), delivery.claim(), Status.PENDING, now.plus(GIVEN_BACK), delivery.attempts(), "[]");
        }
        var attempts = delivery.attempts() + 1;
        var told = json.writeValueAsString(List.of(
                new Try(answer.at(), answer.took().toMillis(), answer.status(), answer.excerpt(), answer.error())));
        if (answer.taken()) {
            return new Settled(delivery.id(), delivery.claim(), Status.DELIVERED, now, attempts, told);
        }
        return RetrySchedule.pauseBehind(
                        attempts,
                        answer.gone() ? attempts : delivery.mostAttempts(),
                        answer.retryAfter(),
                        ThreadLocalRandom.current()::nextDouble)
                .map(pause ->
                        new Settled(delivery.id(), delivery.claim(), Status.PENDING, now.plus(pause), attempts, told))
                .orElseGet(() -> new Settled(delivery.id(), delivery.claim(), Status.FAILED, now, attempts, told));
    }

    @Scheduled(fixedDelayString = "${wardroom.audit.webhooks.sweep-every:5s}")
    @SchedulerLock(name = "webhook-sweep", lockAtMostFor = "1m")
    public void endWhatWaitsForSilent() {
        stepByStep(() -> repository.skipOfSilent(A_STEP));
    }

    @Scheduled(cron = "0 13 * * * *")
    @SchedulerLock(name = "webhook-forget", lockAtMostFor = "10m")
    public void forgetOld() {
        var now = clock.instant();
        stepByStep(() -> repository.clear(now.minus(CLEARED_BEHIND), A_STEP));
        stepByStep(() -> repository.forget(now.minus(settings.retention()), A_STEP));
    }

    /// Seals anew what was sealed with a key that is no longer the newest.
    @Scheduled(fixedDelayString = "${wardroom.audit.webhooks.reseal-every:1h}")
    @SchedulerLock(name = "webhook-reseal", lockAtMostFor = "10m")
    public void sealAnew() {
        box.newest().ifPresent(key -> stepByStep(() -> sealSomeAnew(key)));
    }

    private int sealSomeAnew(String key) {
        var resealed = 0;
        for (var webhook : webhooks.closedWithout(key, A_STEP)) {
            var secret = box.open(webhook.id(), webhook.sealedSecret());
            var sealedFormer = webhook.sealedFormer();
            var former = sealedFormer == null
                    ? null
                    : box.open(webhook.id(), sealedFormer)
                            .map(one -> box.close(webhook.id(), one))
                            .orElse(null);
            if (secret.isPresent()) {
                webhooks.keepSecrets(webhook.id(), box.close(webhook.id(), secret.get()), former);
                resealed++;
            }
        }
        return resealed;
    }

    private void stepByStep(Supplier<Integer> step) {
        for (var i = 0; i < STEPS; i++) {
            if (everywhere(step) < A_STEP) {
                return;
            }
        }
    }

    private <T> T everywhere(Supplier<T> work) {
        return TenantScope.everyTenant(() -> Objects.requireNonNull(transaction.execute(_ -> work.get())));
    }
}
