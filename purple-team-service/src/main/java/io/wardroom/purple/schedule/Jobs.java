package io.wardroom.purple.schedule;

import io.wardroom.common.event.UuidV7;
import io.wardroom.purple.schedule.ClusteredJob.Ran;
import io.wardroom.purple.schedule.JobRepository.Known;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.support.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.scheduling.support.CronTrigger;
import org.springframework.stereotype.Component;

/// Runs every job by its clock on one replica, and writes down what became of it where all replicas read it.
@Component
class Jobs implements SchedulingConfigurer {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    /// A replica whose clock is a little late does not do again what was just done.
    private static final Duration AT_LEAST = Duration.ofMinutes(1);
    private static final int LONGEST_DETAIL = 1_000;

    private final List<ClusteredJob> jobs;
    private final JobRepository repository;
    private final LockProvider locks;
    private final Clock clock;

    Jobs(List<ClusteredJob> jobs, JobRepository repository, LockProvider locks, Clock clock) {
        this.jobs = List.copyOf(jobs);
        this.repository = repository;
        this.locks = locks;
        this.clock = clock;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        for (var job : jobs) {
            repository.announce(job, job.nextAfter(clock.instant()).orElse(null));
            if (!job.isOff()) {
                registrar.addTriggerTask(() -> run(job), new CronTrigger(job.schedule(), ZoneOffset.UTC));
            }
        }
    }

    List<Known> known() {
        return repository.all(jobs.stream().map(ClusteredJob::id).toList());
    }

    /// Runs a job unless it runs already, on whichever replica.
    void run(ClusteredJob job) {
        var lock = locks.lock(new LockConfiguration(clock.instant(), job.lock(), job.longest(), AT_LEAST));
        if (lock.isEmpty()) {
            return;
        }
        try {
            recorded(job);
        } finally {
            lock.get().unlock();
        }
    }

    private void recorded(ClusteredJob job) {
        var run = UuidV7.next();
        var began = clock.instant().truncatedTo(ChronoUnit.MICROS);
        repository.begin(
                job.id(), run, Utils.getHostname(), began, job.nextAfter(began).orElse(null));
        var ran = tried(job);
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        switch (ran) {
            case Ran.Succeeded(var detail) -> repository.end(job.id(), run, "succeeded", shortened(detail), now);
            case Ran.Failed(var why) -> repository.end(job.id(), run, "failed", shortened(why), now);
        }
    }

    private static Ran tried(ClusteredJob job) {
        try {
            return job.work().get();
        } catch (RuntimeException failed) {
            LOG.atWarn().addKeyValue("job", job.id()).setCause(failed).log("a scheduled job failed");
            // the log has the rest: what stands inside an exception is not for the API
            return new Ran.Failed("it failed unexpectedly; the log tells more");
        }
    }

    private static String shortened(String detail) {
        return detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL);
    }
}
