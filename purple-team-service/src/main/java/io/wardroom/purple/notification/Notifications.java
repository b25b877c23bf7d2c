package io.wardroom.purple.notification;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.purple.PurpleTopics;
import io.wardroom.purple.notification.Notification.Recipient;
import io.wardroom.purple.notification.NotificationRepository.Own;
import io.wardroom.purple.schedule.ClusteredJob;
import io.wardroom.purple.schedule.ClusteredJob.Ran;
import io.wardroom.purple.technique.StatusChanged;
import io.wardroom.purple.test.TestChanged;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/// Tells people what waits for them, in the transaction of what happened: five steps of a test, and the lowering of a
/// technique's status.
@Service
class Notifications {
    private static final String ENTITY = "notification";
    private static final int FORGOTTEN_AT_ONCE = 5_000;
    private static final int MOST_STEPS = 200;
    private static final int SHOWN_OF_NAME = 120;

    private final NotificationRepository repository;
    private final NotificationProperties properties;
    private final AuditTrail audit;
    private final EventOutbox outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Notifications(
            NotificationRepository repository,
            NotificationProperties properties,
            AuditTrail audit,
            EventOutbox outbox,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.repository = repository;
        this.properties = properties;
        this.audit = audit;
        this.outbox = outbox;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    @EventListener
    void on(TestChanged change) {
        if (!change.moved()) {
            return;
        }
        var creator = new Recipient.Person(change.createdBy());
        switch (change.after()) {
            case DRAFT -> {}
            case RED_EXECUTING -> tell(change, creator, "Execution started", "The attack of %s has begun.");
            case BLUE_EVALUATING ->
                tell(
                        change,
                        new Recipient.Everybody(Role.BLUE_TECH),
                        "Evaluation needed",
                        "Red has executed %s: say what was detected.");
            case IN_REVIEW -> {
                var message = "Both sides have written up %s: give your verdict.";
                tell(change, new Recipient.Everybody(Role.RED_LEAD), "Review needed", message);
                tell(change, new Recipient.Everybody(Role.BLUE_LEAD), "Review needed", message);
            }
            case VALIDATED -> tell(change, creator, "Test validated", "Both leads approved %s.");
            case REJECTED -> tell(change, creator, "Test rejected", "A lead rejected %s.");
        }
    }

    private void tell(TestChanged change, Recipient to, String title, String message) {
        tell(
                change.tenant(),
                to,
                "test_" + change.after().spelled(),
                title,
                message.formatted("\"" + shortened(change.name()) + "\" (" + change.techniqueMitreId() + ")"),
                change.testId());
    }

    @EventListener
    void on(StatusChanged change) {
        if (!change.lowered()) {
            return;
        }
        var message = "%s %s went from %s to %s."
                .formatted(
                        change.mitreId(),
                        shortened(change.name()),
                        change.before().spelled(),
                        change.after().spelled());
        for (var lead : List.of(Role.RED_LEAD, Role.BLUE_LEAD)) {
            tell(
                    change.tenantId(),
                    new Recipient.Everybody(lead),
                    "technique_status_lowered",
                    "Coverage lowered",
                    message,
                    null);
        }
    }

    /// The form in which others read it.
    record Told(
            UUID notificationId,
            UUID tenantId,
            @Nullable UUID recipientId,
            @Nullable String role,
            String type,
            String title,
            String message,
            @Nullable UUID testId,
            Instant createdAt) {}

    private void tell(TenantId tenant, Recipient to, String type, String title, String message, @Nullable UUID test) {
        var notification = new Notification(
                UuidV7.next(),
                tenant.value(),
                to,
                type,
                title,
                message,
                test,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        repository.insert(notification);
        outbox.append(
                PurpleTopics.TESTS,
                "io.wardroom.notification.created.v1",
                (test == null ? notification.id() : test).toString(),
                tenant,
                new Told(
                        notification.id(),
                        tenant.value(),
                        to instanceof Recipient.Person person ? person.id() : null,
                        to instanceof Recipient.Everybody everybody
                                ? everybody.role().spelled()
                                : null,
                        type,
                        title,
                        message,
                        test,
                        notification.createdAt()));
    }

    private static String shortened(String name) {
        return name.codePointCount(0, name.length()) <= SHOWN_OF_NAME
                ? name
                : name.substring(0, name.offsetByCodePoints(0, SHOWN_OF_NAME)) + "…";
    }

    record Page(List<Own> items, long total) {}

    @Transactional(readOnly = true)
    Page list(Actor actor, int offset, int limit) {
        return new Page(repository.list(actor, offset, limit), repository.count(actor));
    }

    @Transactional(readOnly = true)
    long unread(Actor actor) {
        return repository.countUnread(actor);
    }

    @Transactional(readOnly = true)
    List<Own> after(Actor actor, UUID id, int atMost) {
        return repository.after(actor, id, atMost);
    }

    @Transactional
    Optional<Own> markRead(Actor actor, Caller caller, UUID id) {
        var deed = Deed.by(actor, "read_notification", ENTITY, id);
        if (repository.find(actor, id).isEmpty()) {
            audit.record(deed.refused("NOT_FOUND"), caller);
            return Optional.empty();
        }
        repository.markRead(actor, id);
        audit.record(deed, caller);
        return repository.find(actor, id);
    }

    /// @return how many were unread
    @Transactional
    long markAllRead(Actor actor, Caller caller) {
        var unread = repository.countUnread(actor);
        repository.markAllRead(actor);
        audit.record(Deed.by(actor, "read_all_notifications", ENTITY, null).with("count", unread), caller);
        return unread;
    }

    @Configuration(proxyBeanMethods = false)
    static class Declared {
        @Bean
        ClusteredJob notificationForgetJob(Notifications notifications) {
            return new ClusteredJob(
                    "notification_forget",
                    "Removal of Old Notifications",
                    "0 53 3 * * *",
                    Duration.ofMinutes(10),
                    () -> new Ran.Succeeded("%d removed".formatted(notifications.forgetOld())));
        }
    }

    /// @return how many
    int forgetOld() {
        return TenantScope.everyTenant((Supplier<Integer>) () -> {
            var before = clock.instant().minus(properties.kept());
            var all = 0;
            for (var step = 0; step < MOST_STEPS; step++) {
                var forgotten = Objects.requireNonNull(
                        transaction.execute(_ -> repository.deleteBefore(before, FORGOTTEN_AT_ONCE)));
                all += forgotten;
                if (forgotten < FORGOTTEN_AT_ONCE) {
                    break;
                }
            }
            return all;
        });
    }
}
