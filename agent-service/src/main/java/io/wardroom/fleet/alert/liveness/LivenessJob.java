package io.wardroom.fleet.alert.liveness;

import java.time.Clock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// Looks at who lives, by the clock, on one replica at a time.
@Component
class LivenessJob {
    private final Liveness liveness;
    private final Clock clock;

    LivenessJob(Liveness liveness, Clock clock) {
        this.liveness = liveness;
        this.clock = clock;
    }

    @Scheduled(
            fixedDelayString = "${wardroom.agent.liveness.every:3s}",
            initialDelayString = "${wardroom.agent.liveness.every:3s}")
    @SchedulerLock(name = "agent-liveness", lockAtMostFor = "45s")
    void look() {
        liveness.look(clock.instant());
    }
}
