package io.wardroom.fleet.telemetry;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// What happens to telemetry by the clock, on one replica at a time.
@Component
class TelemetryJobs {
    private final HourCloser closer;
    private final Partitions partitions;
    private final Sweeper sweeper;

    TelemetryJobs(HourCloser closer, Partitions partitions, Sweeper sweeper) {
        this.closer = closer;
        this.partitions = partitions;
        this.sweeper = sweeper;
    }

    @Scheduled(fixedDelayString = "${wardroom.agent.telemetry.close-every:20s}")
    @SchedulerLock(name = "telemetry-close-hours", lockAtMostFor = "45s")
    void closeHours() {
        closer.closeDue();
    }

    @Scheduled(cron = "0 17 * * * *")
    @SchedulerLock(name = "telemetry-partitions", lockAtMostFor = "45s", lockAtLeastFor = "1m")
    void turnPartitions() {
        partitions.makeAhead();
    }

    @Scheduled(cron = "0 27 * * * *")
    @SchedulerLock(name = "telemetry-sweep", lockAtMostFor = "45s", lockAtLeastFor = "1m")
    void sweep() {
        sweeper.sweep();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    @EnableSchedulerLock(defaultLockAtMostFor = "45s")
    static class Clustered {
        /// A lock is kept for as long as its job runs, and free less than a minute after its holder died.
        @Bean
        LockProvider lockProvider(DataSource source, @Qualifier("lockKeeper") ScheduledExecutorService lockKeeper) {
            return new KeepAliveLockProvider(
                    new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                            .withJdbcTemplate(new JdbcTemplate(source))
                            .usingDbTime()
                            .build()),
                    lockKeeper);
        }

        // no candidate for @Scheduled: jobs must not wait for locks nor locks for jobs
        @Bean(defaultCandidate = false)
        ScheduledExecutorService lockKeeper() {
            return Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("lock-keeper").factory());
        }
    }
}
