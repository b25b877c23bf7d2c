package io.wardroom.fleet.alert.rule;

import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.alert.Alerts;
import io.wardroom.fleet.alert.liveness.Liveness;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// What happens to rules and alerts by the clock, on one replica at a time.
@Component
class AlertJobs {
    private static final int AT_ONCE = 500;

    private final Judge judge;
    private final Alerts alerts;
    private final Liveness liveness;
    private final AlertProperties properties;
    private final Clock clock;

    AlertJobs(Judge judge, Alerts alerts, Liveness liveness, AlertProperties properties, Clock clock) {
        this.judge = judge;
        this.alerts = alerts;
        this.liveness = liveness;
        this.properties = properties;
        this.clock = clock;
    }

    @Scheduled(
            fixedDelayString = "${wardroom.agent.alerts.every:5s}",
            initialDelayString = "${wardroom.agent.alerts.every:5s}")
    @SchedulerLock(name = "alerts-judge", lockAtMostFor = "45s")
    void judge() {
        liveness.caughtUp().ifPresent(judge::judgeDue);
        announceUnmuted();
    }

    @Scheduled(cron = "0 29 * * * *")
    @SchedulerLock(name = "alerts-tidy", lockAtMostFor = "45s", lockAtLeastFor = "1m")
    void tidy() {
        var now = clock.instant();
        TenantScope.everyTenant(() -> {
            while (alerts.resolveQuiet(now.minus(properties.quiet()), AT_ONCE) == AT_ONCE) {
                // a bounded step after the other
            }
            while (alerts.forget(now.minus(properties.kept()), AT_ONCE) == AT_ONCE) {
                // as above
            }
        });
    }

    void announceUnmuted() {
        TenantScope.everyTenant(() -> {
            var now = clock.instant();
            Optional<UUID> behind = alerts.announceUnmuted(null, AT_ONCE, now);
            while (behind.isPresent()) {
                behind = alerts.announceUnmuted(behind.get(), AT_ONCE, now);
            }
        });
    }
}
