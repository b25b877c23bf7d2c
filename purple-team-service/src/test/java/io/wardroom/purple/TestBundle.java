package io.wardroom.purple;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/// A small bundle in the form of MITRE's.
public final class TestBundle {
    private final String version;
    private final LinkedHashSet<String> tactics = new LinkedHashSet<>();
    private final List<Map<String, Object>> objects = new ArrayList<>();
    private final Map<String, Map<String, Object>> techniques = new HashMap<>();

    public TestBundle(String version) {
        this.version = version;
    }

    public static UUID idOf(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    public TestBundle technique(String mitreId, String name, String... inTactics) {
        tactics.addAll(List.of(inTactics));
        var object = new HashMap<String, Object>(Map.of(
                "type",
                "attack-pattern",
                "spec_version",
                "2.1",
                "id",
                "attack-pattern--" + idOf(mitreId),
                "name",
                name,
                "description",
                "What " + name + " is.",
                "modified",
                "2026-01-01T00:00:00.000Z",
                "x_mitre_is_subtechnique",
                mitreId.contains("."),
                "x_mitre_platforms",
                List.of("Windows", "Network Devices"),
                "kill_chain_phases",
                List.of(inTactics).stream()
                        .map(tactic -> Map.of("kill_chain_name", "mitre-attack", "phase_name", tactic))
                        .toList()));
        object.put(
                "external_references",
                List.of(
                        Map.of("source_name", "capec", "external_id", "CAPEC-1"),
                        Map.of(
                                "source_name",
                                "mitre-attack",
                                "external_id",
                                mitreId,
                                "url",
                                "https://attack.mitre.org/techniques/" + mitreId.replace('.', '/'))));
        techniques.put(mitreId, object);
        objects.add(object);
        return this;
    }

    /// Changes the newest object.
    public TestBundle with(String field, Object value) {
        objects.getLast().put(field, value);
        return this;
    }

    public TestBundle relation(String kind, String from, String to) {
        objects.add(new HashMap<>(Map.of(
                "type",
                "relationship",
                "spec_version",
                "2.1",
                "id",
                "relationship--" + idOf(kind + from + to),
                "relationship_type",
                kind,
                "source_ref",
                "attack-pattern--" + idOf(from),
                "target_ref",
                "attack-pattern--" + idOf(to))));
        return this;
    }

    public TestBundle revoked(String mitreId, String by) {
        technique(mitreId, "Former " + mitreId).with("revoked", true);
        return relation("revoked-by", mitreId, by);
    }

    public String json(JsonMapper json) {
        var all = new ArrayList<Map<String, Object>>();
        all.addAll(objects);
        for (var tactic : tactics) {
            all.add(Map.of(
                    "type",
                    "x-mitre-tactic",
                    "spec_version",
                    "2.1",
                    "id",
                    "x-mitre-tactic--" + idOf(tactic),
                    "name",
                    tactic,
                    "x_mitre_shortname",
                    tactic,
                    "external_references",
                    List.of(Map.of("source_name", "mitre-attack", "external_id", "TA" + tactic))));
        }
        all.add(Map.of(
                "type",
                "x-mitre-matrix",
                "spec_version",
                "2.1",
                "id",
                "x-mitre-matrix--" + idOf("matrix"),
                "name",
                "Test ATT&CK",
                "external_references",
                List.of(Map.of("source_name", "mitre-attack", "external_id", "enterprise-attack")),
                "tactic_refs",
                tactics.stream()
                        .map(tactic -> "x-mitre-tactic--" + idOf(tactic))
                        .toList()));
        all.add(Map.of(
                "type", "x-mitre-collection",
                "spec_version", "2.1",
                "id", "x-mitre-collection--" + idOf("collection"),
                "name", "Test ATT&CK",
                "x_mitre_version", version));
        return json.writeValueAsString(Map.of("type", "bundle", "id", "bundle--" + idOf(version), "objects", all));
    }
}
