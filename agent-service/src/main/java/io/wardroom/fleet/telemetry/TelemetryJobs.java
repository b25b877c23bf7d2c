package io.wardroom.fleet.telemetry;

import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
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
    @SchedulerLock(name = "telemetry-close-hours", lockAtMostFor = "10m")
    void closeHours() {
        closer.closeDue();
    }

    @Scheduled(cron = "0 17 * * * *")
    @SchedulerLock(name = "telemetry-partitions", lockAtMostFor = "10m", lockAtLeastFor = "1m")
    void turnPartitions() {
        partitions.makeAhead();
    }

    @Scheduled(cron = "0 27 * * * *")
    @SchedulerLock(name = "telemetry-sweep", lockAtMostFor = "10m", lockAtLeastFor = "1m")
    void sweep() {
        sweeper.sweep();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    @EnableSchedulerLock(defaultLockAtMostFor = "10m")
    static class Clustered {
        @Bean
        LockProvider lockProvider(DataSource source) {
            return new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                    .withJdbcTemplate(new JdbcTemplate(source))
                    .usingDbTime()
                    .build());
        }
    }
}
