package io.wardroom.purple.notification;

import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/// Pushes notifications to the browsers that listen. Each replica looks once a second for what was committed by any of
/// them, with one query for all its streams; a reader who does not keep up is hung up on and comes back with the id of
/// the last one it had.
@Component
class NotificationStreams implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(NotificationStreams.class);
    private static final int MOST_WAITING = 100;
    private static final int MOST_READ = 500;
    // a transaction that began earlier may commit later: what is that young is looked at again
    private static final Duration MAY_COME_LATE = Duration.ofSeconds(15);

    private final NotificationRepository repository;
    private final NotificationProperties properties;
    private final TransactionTemplate reading;
    private final Clock clock;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private Instant lookedAt = Instant.MAX;

    NotificationStreams(
            NotificationRepository repository,
            NotificationProperties properties,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.repository = repository;
        this.properties = properties;
        this.reading = new TransactionTemplate(transactions);
        this.reading.setReadOnly(true);
        this.clock = clock;
    }

    /// @return nothing where there are too many already
    synchronized Optional<SseEmitter> open(Actor actor, List<Notification> missed) {
        var own = streams.stream()
                .filter(stream -> stream.actor.id().equals(actor.id()))
                .count();
        if (streams.size() >= properties.streams() || own >= properties.perPerson()) {
            return Optional.empty();
        }
        var stream = new Stream(actor, missed);
        streams.add(stream);
        Thread.ofVirtual().name("notifications-" + actor.id()).start(stream);
        return Optional.of(stream.emitter);
    }

    // local to the replica: it only reads, and hands on to its own streams
    @Scheduled(fixedDelay = 1_000)
    void handOn() {
        var now = clock.instant();
        if (streams.isEmpty()) {
            lookedAt = now;
            return;
        }
        var since = (lookedAt.isBefore(now) ? lookedAt : now).minus(MAY_COME_LATE);
        var tenants = new HashSet<TenantId>();
        streams.forEach(stream -> tenants.add(stream.actor.tenant()));
        var found = new ArrayList<Notification>();
        @Nullable UUID after = null;
        while (true) {
            var page = page(tenants, since, after);
            found.addAll(page);
            if (page.size() < MOST_READ || found.size() >= 10 * MOST_READ) {
                break;
            }
            after = page.getLast().id();
        }
        streams.forEach(stream -> stream.offer(found));
        lookedAt = now;
    }

    private List<Notification> page(Set<TenantId> tenants, Instant since, @Nullable UUID after) {
        return Objects.requireNonNull(TenantScope.within(
                List.copyOf(tenants), () -> reading.execute(_ -> repository.since(tenants, since, after, MOST_READ))));
    }

    @Override
    public void destroy() {
        streams.forEach(Stream::end);
    }

    /// One browser that listens; its own thread writes, so that a slow one holds up nobody.
    private final class Stream implements Runnable {
        private final Actor actor;
        private final Instant openedAt = clock.instant();
        private final SseEmitter emitter = new SseEmitter(0L);
        private final BlockingQueue<Notification> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
        // those of the window that is looked at again; only the thread that hands on touches it
        private final Set<UUID> seen = new HashSet<>();
        private volatile boolean open = true;

        Stream(Actor actor, List<Notification> missed) {
            this.actor = actor;
            missed.forEach(notification -> {
                seen.add(notification.id());
                waiting.add(notification);
            });
            emitter.onCompletion(this::end);
            emitter.onError(_ -> end());
        }

        void offer(List<Notification> found) {
            for (var notification : found) {
                var isNews = !notification.createdAt().isBefore(openedAt) && notification.isFor(actor);
                if (isNews && seen.add(notification.id()) && !waiting.offer(notification)) {
                    end();
                    return;
                }
            }
            var window = new HashSet<UUID>();
            found.forEach(notification -> window.add(notification.id()));
            seen.retainAll(window);
        }

        void end() {
            open = false;
            streams.remove(this);
        }

        @Override
        public void run() {
            try {
                emitter.send(SseEmitter.event().comment("listening"));
                var last = openedAt.plus(properties.longest());
                while (open && clock.instant().isBefore(last)) {
                    var next = waiting.poll(properties.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
                    emitter.send(
                            next == null
                                    ? SseEmitter.event().comment("alive")
                                    : SseEmitter.event()
                                            .id(next.id().toString())
                                            .name("notification")
                                            .data(NotificationView.of(next, false)));
                }
                emitter.complete();
            } catch (IOException | IllegalStateException gone) {
                // the container notices as well, and ends the request
                LOG.debug("the browser went away: {}", gone.toString());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } finally {
                end();
            }
        }
    }
}
