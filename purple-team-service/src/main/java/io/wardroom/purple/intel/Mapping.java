package io.wardroom.purple.intel;

import java.io.InputStream;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Which techniques a vulnerability is about, as the Center for Threat-Informed Defense maps CISA's catalogue.
///
/// @see <a href="https://center-for-threat-informed-defense.github.io/mappings-explorer/external/kev/">the mapping</a>
final class Mapping {
    private static final Pattern TECHNIQUE = Pattern.compile("T\\d{4}(?:\\.\\d{3})?");
    private static final Pattern TYPE = Pattern.compile("[a-z_]{1,64}");
    private static final Set<String> LOOKED_AT = Set.of("capability_id", "attack_object_id", "mapping_type", "status");

    private Mapping() {}

    /// @return by vulnerability
    static Map<String, Set<Meeting>> read(InputStream file, int most) throws BrokenFeed {
        var mapped = new HashMap<String, Set<Meeting>>();
        JsonRows.read(file, "mapping_objects", LOOKED_AT, most, row -> {
            if ("non_mappable".equals(row.fields().get("status"))) {
                return;
            }
            var technique = row.text("attack_object_id");
            var type = row.text("mapping_type");
            var cves = Entry.cvesIn(row.text("capability_id"));
            if (!TECHNIQUE.matcher(technique).matches() || !TYPE.matcher(type).matches() || cves.size() != 1) {
                throw row.broken("a mapping leads from a vulnerability to a technique");
            }
            cves.forEach(cve ->
                    mapped.computeIfAbsent(cve, _ -> new LinkedHashSet<>()).add(new Meeting(technique, type)));
        });
        return mapped;
    }
}
