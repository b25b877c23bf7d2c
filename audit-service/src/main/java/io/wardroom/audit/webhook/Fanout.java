package io.wardroom.audit.webhook;

import io.wardroom.audit.webhook.Delivery.Status;
import io.wardroom.audit.webhook.DeliveryRepository.Fresh;
import io.wardroom.audit.webhook.WebhookRepository.Listening;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/// Makes of each event one delivery for every webhook that asks for it.
@Service
class Fanout {
    // what happened shortly before somebody asked may still be told; what lies on a topic from earlier is not
    private static final Duration LATE = Duration.ofMinutes(1);

    private final WebhookRepository webhooks;
    private final DeliveryRepository deliveries;
    private final WebhookProperties settings;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Fanout(
            WebhookRepository webhooks,
            DeliveryRepository deliveries,
            WebhookProperties settings,
            TransactionTemplate transaction,
            Clock clock) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.settings = settings;
        this.transaction = transaction;
        this.clock = clock;
    }

    /// Safe to call again with the same messages: those that are known are passed over.
    void store(List<Message> messages) {
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> tell(messages)));
    }

    /// The same in the running transaction, which may see the rows of all their tenants.
    @Transactional(propagation = Propagation.MANDATORY)
    public void tell(List<Message> messages) {
        var now = clock.instant();
        var tenants = messages.stream().map(Message::tenant).distinct().toList();
        var listening = webhooks.listening(tenants, now.minus(settings.missedKept())).stream()
                .collect(Collectors.groupingBy(Listening::tenant));
        var wanted = messages.stream()
                .filter(message -> listening.getOrDefault(message.tenant(), List.of()).stream()
                        .anyMatch(webhook -> isTold(webhook, message)))
                .toList();
        if (wanted.isEmpty()) {
            return;
        }
        var unknown = deliveries.insertMessages(wanted, now);
        var fresh = new ArrayList<Fresh>();
        for (var message : wanted) {
            // twice in one list is once
            if (unknown.remove(message.id())) {
                for (var webhook : listening.getOrDefault(message.tenant(), List.of())) {
                    if (isTold(webhook, message)) {
                        fresh.add(delivery(message.tenant(), webhook, message));
                    }
                }
            }
        }
        if (!fresh.isEmpty()) {
            deliveries.insert(fresh, now);
        }
    }

    private static boolean isTold(Listening webhook, Message message) {
        return message.event().isAskedForBy(webhook.events()) && isYoungEnough(message.at(), webhook.createdAt());
    }

    private static boolean isYoungEnough(Instant happened, Instant asked) {
        return happened.isAfter(asked.minus(LATE));
    }

    private static Fresh delivery(TenantId tenant, Listening webhook, Message message) {
        return new Fresh(
                tenant,
                webhook.id(),
                message.id(),
                0,
                webhook.enabled() ? Status.PENDING : Status.SKIPPED,
                RetrySchedule.TRIES);
    }
}
