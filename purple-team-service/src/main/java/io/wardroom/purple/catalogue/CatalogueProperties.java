package io.wardroom.purple.catalogue;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param importDir      folder in which bundles are looked for; none is looked in when it is empty
/// @param address        where the newest is fetched when the folder has none: `https:`, or `file:` below the folder
/// @param atStart        whether a first start, and the clock, load a catalogue
/// @param syncCron       when the clock looks for the newest, in UTC
/// @param connectTimeout how long the address may take to answer
/// @param fetchTimeout   how long a bundle may take to come
/// @param mostBytes      the largest bundle that is read, unpacked
/// @param tries          how often a first start asks the address
/// @param pause          how long it waits after the first try; longer after each
/// @param kept           how many versions are kept
@ConfigurationProperties("wardroom.purple.catalogue")
record CatalogueProperties(
        @Nullable String importDir,

        @DefaultValue(
                "https://raw.githubusercontent.com/mitre-attack/attack-stix-data/master/enterprise-attack/enterprise-attack.json")
        URI address,

        @DefaultValue("true") boolean atStart,
        @DefaultValue("0 0 4 * * *") String syncCron,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("2m") Duration fetchTimeout,
        @DefaultValue("134217728") long mostBytes,
        @DefaultValue("4") int tries,
        @DefaultValue("1m") Duration pause,
        @DefaultValue("5") int kept) {
    Optional<Path> folder() {
        return importDir == null || importDir.isBlank() ? Optional.empty() : Optional.of(Path.of(importDir));
    }
}
