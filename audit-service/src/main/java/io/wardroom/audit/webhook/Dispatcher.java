package io.wardroom.audit.webhook;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.audit.webhook.Deliveries.Done;
import io.wardroom.audit.webhook.DeliveryRepository.Claimed;
import io.wardroom.audit.webhook.wire.Answer;
import io.wardroom.audit.webhook.wire.SecretBox;
import io.wardroom.audit.webhook.wire.Sender;
import io.wardroom.audit.webhook.wire.WebhookSecret;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Takes deliveries that are due, sends them and has written down what came of it. Each replica runs one. What a
/// replica took is its own for the time of a lease; what it did not settle by then, because it died for one,
/// another takes.
@Component
class Dispatcher implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final UUID BEGINNING = new UUID(0, 0);
    private static final int WEBHOOKS_A_ROUND = 100;
    private static final int MOST_IN_HAND = 1_000;
    private static final int MOST_WRITTEN = 500;
    private static final int MOST_LANES = 10_000;
    // long bodies are held by so many senders at once
    private static final int LONG_BODIES = 24;
    private static final Duration LONG_BODY_WAIT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LAST_WAIT = Duration.ofSeconds(16);

    private final Deliveries deliveries;
    private final Sender sender;
    private final SecretBox box;
    private final WebhookProperties settings;
    private final MeterRegistry meters;
    private final Clock clock;

    // a lane with something in hand is used again within seconds, so none is forgotten that counts
    private final LoadingCache<UUID, Lane> lanes = Caffeine.newBuilder()
            .maximumSize(MOST_LANES)
            .expireAfterAccess(Duration.ofMinutes(10))
            .build(_ -> new Lane());
    // never longer than what is in hand
    private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> bell = new ArrayBlockingQueue<>(1);
    private final Semaphore longBodies = new Semaphore(LONG_BODIES);
    private final AtomicInteger inHand = new AtomicInteger();
    private volatile boolean running;
    private volatile boolean writing;
    // of the taker alone
    private UUID reached = BEGINNING;
    private boolean tookSomething;
    private @Nullable Thread taker;
    private @Nullable Thread writer;

    Dispatcher(
            Deliveries deliveries,
            Sender sender,
            SecretBox box,
            WebhookProperties settings,
            MeterRegistry meters,
            Clock clock) {
        this.deliveries = deliveries;
        this.sender = sender;
        this.box = box;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
        meters.gauge("wardroom.webhooks.in_hand", inHand);
    }

    private record Ended(Done done, Lane lane) {}

    @Override
    public void start() {
        if (!box.isReady()) {
            LOG.warn("WARDROOM_WEBHOOK_KEY is not set: there are no webhooks");
            return;
        }
        running = true;
        writing = true;
        taker = Thread.ofVirtual().name("webhooks-take").start(this::takeAll);
        writer = Thread.ofVirtual().name("webhooks-write").start(this::writeAll);
    }

    /// Lets what is being sent come to its end; the rest is given back.
    @Override
    public void stop() {
        running = false;
        wake();
        join(taker);
        var end = System.nanoTime() + LAST_WAIT.toNanos();
        while (inHand.get() > 0 && System.nanoTime() < end) {
            pause(Duration.ofMillis(20));
        }
        writing = false;
        join(writer);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// There may be something to do.
    void wake() {
        bell.offer(true);
    }

    private void takeAll() {
        while (running) {
            try {
                if (!takeSome()) {
                    bell.poll(settings.lookEvery().toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException away) {
                LOG.warn("due webhook deliveries could not be taken: {}", away.toString());
                pause(PAUSE);
            }
        }
    }

    /// Goes through the webhooks with something due, some at a time and each in its turn.
    ///
    /// @return whether to go on at once
    private boolean takeSome() {
        var most = MOST_IN_HAND - inHand.get();
        if (most <= 0) {
            return false;
        }
        var due = deliveries.due(reached, WEBHOOKS_A_ROUND);
        tookSomething |= take(due, most);
        if (due.size() == WEBHOOKS_A_ROUND) {
            reached = due.getLast();
            return true;
        }
        var goOn = tookSomething;
        reached = BEGINNING;
        tookSomething = false;
        return goOn;
    }

    private boolean take(List<UUID> due, int most) {
        var room = new HashMap<UUID, Integer>();
        for (var webhook : due) {
            var free = lanes.get(webhook).room();
            if (free > 0) {
                room.put(webhook, free);
            }
        }
        if (room.isEmpty()) {
            return false;
        }
        var taken = deliveries.take(room, most);
        var since = System.nanoTime();
        taken.forEach(delivery -> begin(delivery, since));
        return !taken.isEmpty();
    }

    private void begin(Claimed delivery, long since) {
        var lane = lanes.get(delivery.webhook());
        lane.take();
        inHand.incrementAndGet();
        Thread.ofVirtual().name("webhook-" + delivery.id()).start(() -> {
            @Nullable Answer answer = null;
            try {
                lane.enter();
                answer = deliver(delivery, lane, since);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            } finally {
                ended.add(new Ended(new Done(delivery, answer), lane));
            }
        });
    }

    /// @return null if it was not tried, because a stop or the end of its lease came first
    private @Nullable Answer deliver(Claimed delivery, Lane lane, long since) throws InterruptedException {
        var start = System.nanoTime();
        @Nullable Answer answer = null;
        try {
            // with what a try may take there is still time to write down how it ended
            if (running && start - since < settings.lease().toNanos() / 2) {
                answer = send(delivery, lane);
                count(answer);
            }
            return answer;
        } catch (RuntimeException failure) {
            LOG.atWarn()
                    .addKeyValue("delivery", delivery.id())
                    .log("a webhook delivery could not be tried: {}", failure.toString());
            return null;
        } finally {
            lane.exit(Duration.ofNanos(System.nanoTime() - start), answer != null && answer.taken());
        }
    }

    /// @return null if it is not its turn yet
    private @Nullable Answer send(Claimed delivery, Lane lane) throws InterruptedException {
        var secrets = secretsOf(delivery);
        if (secrets.isEmpty()) {
            return new Answer(clock.instant(), Duration.ZERO, null, "", "its secret cannot be opened", null);
        }
        var body = delivery.body();
        if (body != null) {
            return sender.send(delivery.url(), delivery.message(), body, secrets);
        }
        if (!lane.enterWithLongBody()) {
            return null;
        }
        try {
            if (!longBodies.tryAcquire(LONG_BODY_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return null;
            }
            try {
                return sender.send(delivery.url(), delivery.message(), deliveries.body(delivery.message()), secrets);
            } finally {
                longBodies.release();
            }
        } finally {
            lane.exitWithLongBody();
        }
    }

    private List<WebhookSecret> secretsOf(Claimed delivery) {
        var secrets = new ArrayList<WebhookSecret>();
        box.open(delivery.webhook(), delivery.sealedSecret()).ifPresent(secrets::add);
        var former = delivery.sealedFormer();
        var until = delivery.formerUntil();
        if (!secrets.isEmpty()
                && former != null
                && until != null
                && clock.instant().isBefore(until)) {
            box.open(delivery.webhook(), former).ifPresent(secrets::add);
        }
        return secrets;
    }

    private void count(@Nullable Answer answer) {
        if (answer != null) {
            meters.timer("wardroom.webhooks.tries", "outcome", answer.taken() ? "taken" : "failed")
                    .record(answer.took());
        }
    }

    private void writeAll() {
        var batch = new ArrayList<Ended>();
        while (writing || !ended.isEmpty()) {
            try {
                var first = ended.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                ended.drainTo(batch, MOST_WRITTEN - 1);
                write(batch.stream().map(Ended::done).toList());
            } catch (InterruptedException stop) {
                return;
            } finally {
                batch.forEach(one -> one.lane().leave());
                inHand.addAndGet(-batch.size());
                batch.clear();
                wake();
            }
        }
    }

    /// Tries again while the database is away: what is not written is sent again. What it refuses as a whole is
    /// tried one by one, so that one does not take the others with it.
    private void write(List<Done> batch) {
        while (true) {
            try {
                deliveries.settle(batch);
                return;
            } catch (RuntimeException failure) {
                LOG.warn(
                        "what became of {} webhook deliveries could not be written: {}",
                        batch.size(),
                        failure.toString());
                if (Outage.isBehind(failure) && writing) {
                    pause(PAUSE);
                    continue;
                }
                // one alone that cannot be written is sent once more when its lease ends
                if (batch.size() > 1 && writing) {
                    batch.forEach(one -> write(List.of(one)));
                }
                return;
            }
        }
    }

    private static void join(@Nullable Thread thread) {
        try {
            if (thread != null) {
                thread.join(LAST_WAIT);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
