package io.wardroom.agent.config;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The agent's settings, checked.
///
/// @param hubUrl                 the hub without `/api/v1`
/// @param activityInterval       zero: processes and connections are not sent
/// @param inventoryCheckInterval how often the inventory is compared with what was sent last
/// @param hubCaFile              PEM certificates trusted instead of the JDK's list
/// @param honeypots              canaries are placed and watched
/// @param processDna             what the busiest programs are is sent
/// @param configFolder           where the configuration lies
/// @param machineId              replaces the machine id derived from the host
public record AgentConfig(
        URI hubUrl,
        Optional<Secret> enrolmentToken,
        Optional<Path> enrolmentTokenFile,
        Path dataDir,
        Duration collectInterval,
        Duration activityInterval,
        Duration inventoryInterval,
        Duration inventoryCheckInterval,
        long spoolMaxBytes,
        Optional<Path> hubCaFile,
        Optional<String> machineId,
        Map<String, String> labels,
        boolean honeypots,
        boolean processDna,
        Path configFolder) {

    private static final int MAX_TOKEN_FILE_BYTES = 4096;

    public AgentConfig {
        labels = Map.copyOf(labels);
    }

    /// The enrolment token as it stands now: the file is read at each call, so that a new one needs no restart.
    ///
    /// @throws IOException if a file is named that cannot be read, is larger than 4 KiB or holds no token
    public Optional<Secret> currentEnrolmentToken() throws IOException {
        if (enrolmentTokenFile.isEmpty()) {
            return enrolmentToken;
        }
        var file = enrolmentTokenFile.get();
        if (Files.notExists(file)) {
            return enrolmentToken;
        }
        if (Files.size(file) > MAX_TOKEN_FILE_BYTES) {
            throw new IOException(file + " is no enrolment token: larger than " + MAX_TOKEN_FILE_BYTES + " bytes");
        }
        var text = Files.readString(file).strip();
        if (text.isEmpty()) {
            return enrolmentToken;
        }
        return Optional.of(Secret.of(text).orElseThrow(() -> new IOException(file + " holds no token")));
    }
}
