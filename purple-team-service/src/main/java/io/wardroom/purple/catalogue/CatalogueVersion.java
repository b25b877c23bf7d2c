package io.wardroom.purple.catalogue;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One version of ATT&CK as it was read.
///
/// @param catalogue  our own count
/// @param parent     the one that was current when this one was read
/// @param version    MITRE's name of it, such as `18.1`
/// @param stix       `2.0` or `2.1`
/// @param sha256     of the bundle, unpacked
/// @param counts     objects by type and relations by kind, as they stand in the bundle
/// @param rolledBack whether somebody took it back
record CatalogueVersion(
        int catalogue,
        @Nullable Integer parent,
        String domain,
        String name,
        String version,
        String stix,
        String source,
        String sha256,
        Map<String, Map<String, Integer>> counts,
        Instant importedAt,
        String importedBy,
        boolean rolledBack) {}
