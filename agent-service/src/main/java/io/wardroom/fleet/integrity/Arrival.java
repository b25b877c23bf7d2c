package io.wardroom.fleet.integrity;

import io.wardroom.common.tenant.TenantId;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a batch tells of itself, whatever it measured.
///
/// @param instance   the start of the agent it came from; empty where it named none
/// @param seq        the agent's count of batches; 0 where it named none
/// @param sentAt     the agent's clock, epoch milliseconds
/// @param receivedAt the hub's clock, epoch milliseconds
/// @param captured   the moments it measured, ascending, epoch milliseconds of the agent's clock
/// @param cpu        how busy the machine was then, where that was measured
record Arrival(
        TenantId tenant,
        UUID agent,
        String instance,
        long seq,
        long sentAt,
        long receivedAt,
        @Nullable String version,
        List<Long> captured,
        List<CpuPoint> cpu) {
    /// @param busy 0 idle to 1
    record CpuPoint(long at, double busy) {}
}
