package io.wardroom.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.util.ClassUtils;

class ClusteredWorkTest extends OnRealServers {
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    @Autowired
    private ApplicationContext context;

    @Autowired
    private DataSource source;

    @Autowired
    private LockProvider locks;

    @Autowired
    @Qualifier("lockKeeper")
    private ScheduledExecutorService keeper;

    @Test
    void eachJobIsLockedForLessThanAMinuteBeyondTheDeathOfItsHolder() {
        var jobs = Arrays.stream(context.getBeanDefinitionNames())
                .map(context::getType)
                .filter(type -> type != null && type.getName().startsWith("io.wardroom.fleet"))
                .flatMap(type -> Arrays.stream(ClassUtils.getUserClass(type).getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Scheduled.class))
                .toList();

        assertThat(jobs).hasSizeGreaterThanOrEqualTo(6).allSatisfy(job -> {
            var lock = job.getAnnotation(SchedulerLock.class);
            assertThat(lock).as(job.toString()).isNotNull();
            var atMost = Duration.parse("PT" + lock.lockAtMostFor());
            assertThat(atMost).as(job.toString()).isLessThan(LONGEST_DELAY);
        });
        assertThat(locks).isInstanceOf(KeepAliveLockProvider.class);
    }

    @Test
    void ofTwoReplicasOneDoesTheJob() throws Exception {
        var done = new AtomicInteger();
        var together = new CyclicBarrier(2);
        var lock = lock("30s");
        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            var runs = List.of(locks, replica()).stream()
                    .map(provider -> replicas.submit(() -> {
                        together.await();
                        new DefaultLockingTaskExecutor(provider)
                                .executeWithLock((Runnable) done::incrementAndGet, lock);
                        return true;
                    }))
                    .toList();
            for (var run : runs) {
                run.get();
            }
        }

        assertThat(done).hasValue(1);
    }

    @Test
    void theOtherReplicaGoesOnWhenTheHolderDied() {
        var lock = lock("1s");
        var holder = plain().lock(lock);
        assertThat(holder).isPresent();
        assertThat(plain().lock(lock)).isEmpty();

        // it never unlocks: it was killed
        await("the other").atMost(Duration.ofSeconds(10)).until(() -> plain().lock(lock)
                .isPresent());
    }

    private static LockConfiguration lock(String atMost) {
        return new LockConfiguration(
                Instant.now(), "test-" + UUID.randomUUID(), Duration.parse("PT" + atMost), Duration.ofSeconds(1));
    }

    private LockProvider replica() {
        return new KeepAliveLockProvider(plain(), keeper);
    }

    private JdbcTemplateLockProvider plain() {
        return new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
                .withJdbcTemplate(new JdbcTemplate(source))
                .usingDbTime()
                .build());
    }
}
