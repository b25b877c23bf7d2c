package io.wardroom.fleet;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// The events that were worked off, so that one that comes again is not.
@Repository
public class Inbox {
    // longer than any topic keeps a record
    private static final Duration KEPT = Duration.ofDays(14);

    private final JdbcClient jdbc;
    private final Clock clock;

    Inbox(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /// Takes an event in the running transaction.
    ///
    /// @return false if it was taken before
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean accept(UUID event) {
        return jdbc.sql("insert into inbox (event_id, handled_at) values (:id, :now) on conflict do nothing")
                        .param("id", event)
                        .param("now", Timestamp.from(clock.instant()))
                        .update()
                == 1;
    }

    @Scheduled(cron = "0 43 3 * * *")
    @SchedulerLock(name = "inbox-forget", lockAtMostFor = "45s", lockAtLeastFor = "1m")
    @Transactional
    public void forgetOld() {
        jdbc.sql("delete from inbox where handled_at < :before")
                .param("before", Timestamp.from(clock.instant().minus(KEPT)))
                .update();
    }
}
