package io.wardroom.fleet.agent;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a machine says of itself when it registers.
///
/// @param machineId stable over restarts and re-installations of the agent; one agent a tenant and machine id
record Machine(
        String machineId,
        String hostname,
        @Nullable String os,
        @Nullable String distro,
        @Nullable String kernel,
        @Nullable String arch,
        @Nullable String cpuModel,
        @Nullable Integer cpuCores,
        @Nullable Long ramTotalBytes,
        @Nullable String agentVersion,
        Map<String, String> labels) {}
