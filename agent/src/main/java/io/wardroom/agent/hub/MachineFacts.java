package io.wardroom.agent.hub;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.inventory.OsRelease;
import java.io.IOException;
import java.util.Map;
import oshi.nativefree.SystemInfo;

/// What the agent says about its machine when it registers.
public record MachineFacts(
        String hostname,
        String os,
        String distro,
        String kernel,
        String arch,
        String cpuModel,
        int cpuCores,
        long ramTotalBytes,
        Map<String, String> labels) {
    private static final int MAX_TEXT = 128;

    public static MachineFacts read(HostFiles files, Map<String, String> labels) throws IOException {
        var hardware = new SystemInfo().getHardware();
        var release = OsRelease.read(files);
        return new MachineFacts(
                files.text("/proc/sys/kernel/hostname", 256)
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .orElse("unnamed"),
                "linux",
                cut(release.name()),
                cut(OsRelease.kernel(files)),
                OsRelease.architecture(),
                cut(hardware.getProcessor().getProcessorIdentifier().getName().strip()),
                hardware.getProcessor().getLogicalProcessorCount(),
                hardware.getMemory().getTotal(),
                labels);
    }

    private static String cut(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }
}
