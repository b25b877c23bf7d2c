package io.wardroom.fleet.usage;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.tenant.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@PreAuthorize("hasRole('admin')")
class UsageController {
    private static final int DAYS = 30;

    private final UsageRepository usages;
    private final QuotaProperties quotas;
    private final Clock clock;

    UsageController(UsageRepository usages, QuotaProperties quotas, Clock clock) {
        this.usages = usages;
        this.quotas = quotas;
        this.clock = clock;
    }

    /// @param series              of all agents together, as of the last hour of each that was closed
    /// @param seriesOfLargestAgent those of the agent that has the most
    /// @param days                the last 30 days (UTC) on which anything was stored, newest first
    record UsageView(
            Instant asOf,
            long agents,
            long series,
            long seriesOfLargestAgent,
            Quotas quotas,
            Left left,
            List<DayView> days) {}

    record Quotas(int seriesPerAgent, int itemsPerBatch, long bytesPerDay) {}

    /// @param series      that the agent with the most of them may still add
    /// @param bytesToday  that may still be stored until midnight, UTC
    record Left(long series, long bytesToday) {}

    /// @param batches with measured values
    /// @param points  measured values
    /// @param bytes   how many bytes these take, packed as they arrive
    record DayView(LocalDate day, long batches, long points, long bytes) {}

    @Operation(
            summary = "Tells what the tenant stores and what is left of its quotas",
            description = "A batch counts on the day it was received, once. Days are those of UTC.")
    @GetMapping("/api/v1/usage")
    UsageView usage(TenantId tenant) {
        var now = clock.instant();
        var today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        var usage = usages.find(tenant, today.minusDays(DAYS - 1), today);
        var bytes = quotas.bytesPerDay().toBytes();
        return new UsageView(
                now.truncatedTo(ChronoUnit.MILLIS),
                usage.agents(),
                usage.series(),
                usage.largestSeries(),
                new Quotas(quotas.seriesPerAgent(), quotas.itemsPerBatch(), bytes),
                new Left(
                        Math.max(0, quotas.seriesPerAgent() - usage.largestSeries()),
                        Math.max(0, bytes - usage.bytesOf(today))),
                usage.days().stream()
                        .map(day -> new DayView(day.day(), day.batches(), day.points(), day.bytes()))
                        .toList());
    }
}
