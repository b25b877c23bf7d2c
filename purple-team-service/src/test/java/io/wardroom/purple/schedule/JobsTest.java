package io.wardroom.purple.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.security.Role;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import io.wardroom.purple.schedule.ClusteredJob.Ran;
import io.wardroom.purple.schedule.JobRepository.Known;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import net.javacrumbs.shedlock.core.LockProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

class JobsTest extends OnRealServers {
    private static final String DAILY = "0 0 4 * * *";

    private final People people = new People(STACK);
    private final String id = "job_" + System.nanoTime();

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    @Autowired
    private JobRepository repository;

    @Autowired
    private LockProvider locks;

    @Autowired
    private Clock clock;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    private Calls calls;

    @BeforeEach
    void aCaller() {
        calls = new Calls(port, json);
    }

    @Test
    void everyJobOfTheServiceIsTold() {
        var told =
                calls.get("/system/scheduler-status", people.token(Role.ADMIN)).ok();

        assertThat(told.at("/running").asBoolean()).isTrue();
        assertThat(told.at("/jobs").valueStream().map(job -> job.get("id").asString()))
                .containsExactly(
                        "evidence_sweep", "intel_scan", "mitre_sync", "notification_forget", "template_import");
        for (var job : told.at("/jobs")) {
            assertThat(job.get("name").asString()).isNotBlank();
            var off = job.get("schedule").asString().equals("-");
            assertThat(job.get("next_run_time").isNull()).isEqualTo(off);
            if (!off) {
                assertThat(Instant.parse(job.get("next_run_time").asString()))
                        .isAfter(clock.instant().minus(Duration.ofMinutes(1)));
            }
        }
    }

    @Test
    void onlyAdministratorsAreTold() {
        for (var role : Role.values()) {
            var status =
                    calls.get("/system/scheduler-status", people.token(role)).status();
            assertThat(status).as(role.name()).isEqualTo(role == Role.ADMIN || role == Role.OWNER ? 200 : 403);
        }
        assertThat(calls.get("/system/scheduler-status", null).status()).isEqualTo(401);
    }

    @Test
    void aRunAndItsEndAreSeenByEveryReplica() throws Exception {
        var began = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var job = job(DAILY, () -> {
            began.countDown();
            waitFor(goOn);
            return new Ran.Succeeded("7 done");
        });
        var one = replica(job);
        var other = replica(job);
        announced(one);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = threads.submit(() -> one.run(job));
            began.await();
            assertThat(only(other).outcome()).isEqualTo("running");
            assertThat(only(other)).isEqualTo(only(one));
            goOn.countDown();
            running.get();
        }

        var known = only(other);
        assertThat(known.outcome()).isEqualTo("succeeded");
        assertThat(known.detail()).isEqualTo("7 done");
        assertThat(known.finished()).isNotNull().isAfterOrEqualTo(known.started());
        assertThat(known.next()).isAfter(clock.instant());
        assertThat(known).isEqualTo(only(one));
    }

    @Test
    void ofReplicasThatBeginAtOnceOneRuns() throws Exception {
        var runs = new AtomicInteger();
        var job = job(DAILY, () -> {
            runs.incrementAndGet();
            return new Ran.Succeeded("");
        });
        var replicas = List.of(replica(job), replica(job), replica(job), replica(job));
        announced(replicas.getFirst());

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            replicas.forEach(replica -> threads.submit(() -> replica.run(job)));
        }

        // the lock is held for a minute: a clock that is late does not do it again
        assertThat(runs).hasValue(1);
    }

    @Test
    void whatFailsIsToldWithoutItsInsides() {
        var job = job(DAILY, () -> {
            throw new IllegalStateException("password=hunter2");
        });
        var replica = replica(job);
        announced(replica);

        replica.run(job);

        assertThat(only(replica).outcome()).isEqualTo("failed");
        assertThat(only(replica).detail()).doesNotContain("hunter2");
    }

    @Test
    void aRunThatNeverEndedHasCrashed() {
        var job = job(DAILY, () -> {
            throw new StackOverflowError("as if the machine were gone");
        });
        var replica = replica(job);
        announced(replica);
        try {
            replica.run(job);
        } catch (StackOverflowError expected) {
            assertThat(expected).hasMessageContaining("gone");
        }
        // the lock is kept for a minute after; then nobody holds it
        execute("update shedlock set lock_until = now() - interval '1 second' where name = '%s'".formatted(job.lock()));

        assertThat(only(replica).outcome()).isEqualTo("crashed");
        assertThat(only(replica).finished()).isNull();

        var again = job(DAILY, () -> new Ran.Succeeded("again"));
        replica(again).run(again);
        assertThat(only(replica).outcome()).isEqualTo("succeeded");
    }

    @Test
    void aRunThatEndsBehindItsSuccessorSaysNothing() {
        var job = job(DAILY, () -> {
            // another replica took it for dead and began
            var late = clock.instant();
            repository.begin(id, io.wardroom.common.event.UuidV7.next(), "other", late, null);
            return new Ran.Succeeded("too late");
        });
        var replica = replica(job);
        announced(replica);

        replica.run(job);

        assertThat(only(replica).by()).isEqualTo("other");
        assertThat(only(replica).detail()).isEmpty();
    }

    @Test
    void aJobThatIsSwitchedOffIsNeverDue() {
        var replica = replica(job("-", () -> new Ran.Succeeded("")));

        announced(replica);

        assertThat(only(replica).next()).isNull();
        assertThat(only(replica).outcome()).isEqualTo("never");
    }

    @Test
    void aJobThatNoReplicaBeganIsOverdue() {
        var replica = replica(job(DAILY, () -> new Ran.Succeeded("")));
        announced(replica);
        assertThat(only(replica).overdue()).isFalse();

        execute("update scheduled_job set next_run_at = now() - interval '1 hour' where id = '%s'".formatted(id));

        assertThat(only(replica).overdue()).isTrue();
    }

    @Test
    void theClockRunsIt() {
        var runs = new AtomicInteger();
        var replica = replica(job("* * * * * *", () -> {
            runs.incrementAndGet();
            return new Ran.Succeeded("");
        }));
        var registrar = new ScheduledTaskRegistrar();
        replica.configureTasks(registrar);
        registrar.afterPropertiesSet();

        try {
            await("the clock to run it").atMost(Duration.ofSeconds(10)).until(() -> runs.get() == 1);
            await("its end")
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> only(replica).outcome().equals("succeeded"));
        } finally {
            registrar.destroy();
        }
    }

    private ClusteredJob job(String schedule, Supplier<Ran> work) {
        return new ClusteredJob(id, "A job", schedule, Duration.ofMinutes(10), work);
    }

    private Jobs replica(ClusteredJob job) {
        return new Jobs(List.of(job), repository, locks, clock);
    }

    private static void announced(Jobs replica) {
        replica.configureTasks(new ScheduledTaskRegistrar());
    }

    private static Known only(Jobs replica) {
        return replica.known().getFirst();
    }

    private void execute(String sql) {
        transaction.executeWithoutResult(_ -> jdbc.sql(sql).update());
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
