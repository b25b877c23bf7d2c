package io.wardroom.fleet.alert;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What of an agent decides which rules hold for it.
///
/// @param cores        of its processor, where it told
/// @param offlineSince null while it is online, or was never judged
public record Host(
        UUID id,
        TenantId tenant,
        String hostname,
        List<String> tags,
        Map<String, String> labels,
        @Nullable Integer cores,
        @Nullable Instant offlineSince) {}
