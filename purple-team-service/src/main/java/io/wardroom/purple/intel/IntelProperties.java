package io.wardroom.purple.intel;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.scheduling.annotation.Scheduled;

/// @param importDir      folder in which feeds and mappings are looked for, ahead of any address
/// @param kevAddress     where CISA's catalogue of known exploited vulnerabilities is fetched; empty leaves it out
/// @param mappingAddress where CTID's mapping of that catalogue to techniques is fetched; empty does without
/// @param feeds          other feeds (RSS or Atom) by name: each its address, `https:`, or `file:` below the folder
/// @param byTheClock     whether the clock scans
/// @param scanCron       when it does, in UTC
/// @param connectTimeout how long an address may take to answer
/// @param fetchTimeout   how long a file may take to come
/// @param mostBytes      the largest file that is read, unpacked
/// @param most           how many entries one feed may have
@ConfigurationProperties("wardroom.purple.intel")
record IntelProperties(
        @Nullable String importDir,

        @DefaultValue("https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json")
        String kevAddress,

        @DefaultValue(
                "https://raw.githubusercontent.com/center-for-threat-informed-defense/mappings-explorer/main/mappings/kev/attack-16.1/kev-07.28.2025/enterprise/kev-07.28.2025_attack-16.1-enterprise.json")
        String mappingAddress,

        @DefaultValue Map<String, URI> feeds,
        @DefaultValue("true") boolean byTheClock,
        @DefaultValue("0 17 5 * * *") String scanCron,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("2m") Duration fetchTimeout,
        @DefaultValue("67108864") long mostBytes,
        @DefaultValue("100000") int most) {
    static final String KEV = "cisa_kev";
    private static final int MOST_FEEDS = 50;

    IntelProperties {
        feeds = Map.copyOf(feeds);
        URI.create(kevAddress);
        URI.create(mappingAddress);
        if (feeds.size() > MOST_FEEDS || feeds.containsKey(KEV)) {
            throw new IllegalArgumentException("at most %d feeds, none of them %s".formatted(MOST_FEEDS, KEV));
        }
    }

    Optional<Path> folder() {
        return importDir == null || importDir.isBlank() ? Optional.empty() : Optional.of(Path.of(importDir));
    }

    String schedule() {
        return byTheClock ? scanCron : Scheduled.CRON_DISABLED;
    }
}
