package io.wardroom.purple.schedule;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.purple.schedule.JobRepository.Known;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/system")
class ScheduleController {
    private final Jobs jobs;

    ScheduleController(Jobs jobs) {
        this.jobs = jobs;
    }

    /// @param nextRunTime null where the job is switched off
    /// @param schedule    a cron expression with seconds, in UTC; `-` where it is switched off
    /// @param lastOutcome `never`, `running`, `succeeded`, `failed`, or `crashed` where a run began and never ended
    /// @param lastRunBy   the replica
    record JobView(
            String id,
            String name,
            @Nullable Instant nextRunTime,
            String schedule,
            @Nullable Instant lastRunAt,
            @Nullable Instant lastFinishedAt,
            String lastOutcome,
            String lastDetail,
            @Nullable String lastRunBy) {
        static JobView of(Known job) {
            return new JobView(
                    job.id(),
                    job.name(),
                    job.next(),
                    job.schedule(),
                    job.started(),
                    job.finished(),
                    job.outcome(),
                    job.detail(),
                    job.by());
        }
    }

    /// @param running whether any job is switched on, and none was left undone by all replicas
    record SchedulerView(boolean running, List<JobView> jobs) {}

    @Operation(
            summary = "Tells the jobs that are done by the clock: when, and what became of them",
            description = "Every replica tells the same.")
    @GetMapping("/scheduler-status")
    @PreAuthorize("hasRole('admin')")
    SchedulerView show() {
        var known = jobs.known();
        var running = known.stream().anyMatch(job -> job.next() != null)
                && known.stream().noneMatch(Known::overdue);
        return new SchedulerView(running, known.stream().map(JobView::of).toList());
    }
}
