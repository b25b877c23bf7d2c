package io.wardroom.purple.catalogue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Takes a bundle's objects as they come and brings them together at the end, for their order is not promised.
final class BundleDraft {
    private static final int LONGEST_ID = 200;
    private static final String ATTACK_PATTERN = "attack-pattern";
    private static final Map<String, String> KINDS = Map.of(
            "course-of-action", "mitigation",
            "intrusion-set", "group",
            "campaign", "campaign",
            "malware", "software",
            "tool", "software",
            "x-mitre-data-source", "data_source",
            "x-mitre-data-component", "data_component",
            "x-mitre-detection-strategy", "detection_strategy",
            "x-mitre-analytic", "analytic",
            "x-mitre-asset", "asset");

    private final Rows rows;
    private final Set<String> ids = new HashSet<>();
    private final List<Refs> refs = new ArrayList<>();
    private final Map<UUID, UUID> parents = new HashMap<>();
    private final Map<UUID, UUID> successors = new HashMap<>();
    private final Map<UUID, StixObject> techniques = new LinkedHashMap<>();
    private final Map<String, StixObject> tactics = new LinkedHashMap<>();
    private final Set<String> matrix = new LinkedHashSet<>();
    private final Map<String, Integer> types = new TreeMap<>();
    private final Map<String, Integer> relations = new TreeMap<>();
    private String domain = "";
    private String name = "";
    private String version = "";

    BundleDraft(Rows rows) {
        this.rows = rows;
    }

    /// Where objects and relations go as soon as they were read: there are too many to keep.
    interface Rows {
        void object(ObjectRow object);

        void relation(RelationRow relation);
    }

    record ObjectRow(
            String stixId,
            String kind,
            @Nullable String mitreId,
            String name,
            String description,
            List<String> aliases,
            List<String> platforms,
            boolean revoked,
            boolean deprecated,
            java.time.@Nullable Instant modified,
            Map<String, Object> details) {}

    record RelationRow(String stixId, String kind, String source, String target, String description) {}

    record TacticRow(UUID id, String mitreId, String shortname, String name, String description, int position) {}

    private record Refs(String relation, String source, String target) {}

    /// What a bundle says, brought together.
    ///
    /// @param dangling relations that name an object the bundle does not have
    record Whole(
            String domain,
            String name,
            String version,
            List<TacticRow> tactics,
            List<CatalogueTechnique> techniques,
            List<String> dangling,
            Map<String, Integer> types,
            Map<String, Integer> relations) {}

    void take(StixObject object) {
        ids.add(object.id());
        types.merge(object.type(), 1, Integer::sum);
        var kind = KINDS.get(object.type());
        if (kind != null) {
            takeObject(object, kind);
            return;
        }
        switch (object.type()) {
            case ATTACK_PATTERN -> techniques.put(object.uuid(), checked(object));
            case "x-mitre-tactic" -> tactics.put(object.id(), object);
            case "x-mitre-matrix" -> {
                if (object.live()) {
                    domain = object.mitreId().orElse(domain);
                    matrix.addAll(object.texts("tactic_refs"));
                }
            }
            case "x-mitre-collection" -> {
                name = object.name();
                version = object.text("x_mitre_version");
            }
            case "relationship" -> takeRelation(object);
            default -> {
                // identities and markings say nothing of techniques
            }
        }
    }

    private static StixObject checked(StixObject technique) {
        technique.name();
        technique.live();
        return technique;
    }

    private void takeObject(StixObject object, String kind) {
        if (object.mitreId().filter(id -> id.length() > LONGEST_ID).isPresent()) {
            throw object.broken("the public id is too long");
        }
        var details = new TreeMap<String, Object>();
        if (kind.equals("software")) {
            details.put("type", object.type());
        }
        for (var field : List.of(
                "first_seen",
                "last_seen",
                "x_mitre_log_sources",
                "x_mitre_log_source_references",
                "x_mitre_mutable_elements")) {
            var value = object.fields().get(field);
            if (value != null) {
                details.put(field.replace("x_mitre_", ""), value);
            }
        }
        var url = object.url();
        if (url != null) {
            details.put("url", url);
        }
        var aliases = object.texts(object.fields().containsKey("aliases") ? "aliases" : "x_mitre_aliases");
        rows.object(new ObjectRow(
                object.id(),
                kind,
                object.mitreId().orElse(null),
                object.name(),
                object.text("description"),
                aliases,
                platforms(object),
                object.flag("revoked"),
                object.flag("x_mitre_deprecated"),
                object.modified(),
                details));
        var number = 0;
        for (var analytic : object.texts("x_mitre_analytic_refs")) {
            relate(new RelationRow(object.id() + "/analytic/" + number++, "has-analytic", object.id(), analytic, ""));
        }
        number = 0;
        for (var read : object.objects("x_mitre_log_source_references")) {
            if (read.get("x_mitre_data_component_ref") instanceof String component) {
                var what = "%s %s".formatted(read.get("name"), read.get("channel"));
                relate(new RelationRow(object.id() + "/reads/" + number++, "reads", object.id(), component, what));
            }
        }
        var source = object.text("x_mitre_data_source_ref");
        if (!source.isEmpty()) {
            relate(new RelationRow(object.id() + "/source", "part-of", object.id(), source, ""));
        }
    }

    private void takeRelation(StixObject relation) {
        var kind = relation.text("relationship_type");
        var source = relation.text("source_ref");
        var target = relation.text("target_ref");
        if (!isId(kind) || !isId(source) || !isId(target)) {
            throw relation.broken("a relationship needs a type, a source and a target");
        }
        relations.merge(kind, 1, Integer::sum);
        if (!relation.live()) {
            return;
        }
        if (source.startsWith(ATTACK_PATTERN) && target.startsWith(ATTACK_PATTERN)) {
            var from = StixObject.uuid(source).orElseThrow(() -> relation.broken("source_ref is no STIX id"));
            var to = StixObject.uuid(target).orElseThrow(() -> relation.broken("target_ref is no STIX id"));
            if (kind.equals("subtechnique-of")) {
                parents.put(from, to);
            } else if (kind.equals("revoked-by")) {
                successors.put(from, to);
            }
        }
        relate(new RelationRow(relation.id(), kind, source, target, relation.text("description")));
    }

    private static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= LONGEST_ID;
    }

    private void relate(RelationRow relation) {
        refs.add(new Refs(relation.stixId(), relation.source(), relation.target()));
        rows.relation(relation);
    }

    /// @throws BrokenBundle where what it says as a whole cannot be
    Whole whole() {
        if (matrix.isEmpty() || tactics.isEmpty() || techniques.isEmpty()) {
            throw new BrokenBundle("the bundle has no %s: it is no ATT&CK catalogue"
                    .formatted(matrix.isEmpty() ? "matrix" : tactics.isEmpty() ? "tactics" : "techniques"));
        }
        var columns = columns();
        var order = new HashMap<String, Integer>();
        columns.forEach(column -> order.put(column.shortname(), column.position()));
        var read = techniques.values().stream()
                .map(technique -> technique(technique, order))
                .toList();
        refuseTwins(read);
        var dangling = refs.stream()
                .filter(ref -> !ids.contains(ref.source()) || !ids.contains(ref.target()))
                .map(Refs::relation)
                .toList();
        return new Whole(
                domain.isEmpty() ? "unknown" : domain,
                name.isEmpty() ? "ATT&CK" : name,
                version,
                columns,
                read,
                dangling,
                types,
                relations);
    }

    private List<TacticRow> columns() {
        var columns = new ArrayList<TacticRow>();
        var names = new HashSet<String>();
        for (var ref : matrix) {
            var tactic = tactics.get(ref);
            if (tactic == null) {
                throw new BrokenBundle("the matrix names the tactic %s, which the bundle does not have".formatted(ref));
            }
            var shortname = tactic.text("x_mitre_shortname");
            if (shortname.isBlank() || shortname.length() > 64 || !names.add(shortname)) {
                throw tactic.broken("x_mitre_shortname is missing, too long or another tactic's");
            }
            columns.add(new TacticRow(
                    tactic.uuid(),
                    tactic.mitreId().orElse(""),
                    shortname,
                    tactic.name(),
                    tactic.text("description"),
                    columns.size()));
        }
        return columns;
    }

    private CatalogueTechnique technique(StixObject object, Map<String, Integer> order) {
        var mitreId = object.mitreId().orElseThrow(() -> object.broken("there is no public id"));
        if (mitreId.isBlank() || mitreId.length() > 64) {
            throw object.broken("the public id is empty or too long");
        }
        var id = object.uuid();
        return new CatalogueTechnique(
                id,
                mitreId,
                object.name(),
                object.text("description"),
                object.phases().stream()
                        .sorted(Comparator.comparingInt(phase -> order.getOrDefault(phase, Integer.MAX_VALUE)))
                        .toList(),
                platforms(object),
                object.text("x_mitre_detection"),
                object.flag("x_mitre_is_subtechnique"),
                end(object, parents, false, "subtechnique-of"),
                object.flag("revoked"),
                object.flag("x_mitre_deprecated"),
                false,
                end(object, successors, true, "revoked-by"),
                object.url(),
                object.textOrNull("x_mitre_version"),
                object.modified(),
                0);
    }

    /// Follows a relation from a technique.
    ///
    /// @param whole to its end, or by one step
    private @Nullable UUID end(StixObject from, Map<UUID, UUID> steps, boolean whole, String kind) {
        var visited = new LinkedHashSet<UUID>();
        var at = from.uuid();
        while (true) {
            if (!visited.add(at)) {
                throw from.broken(kind + " goes round in a circle");
            }
            var next = steps.get(at);
            if (next == null || !techniques.containsKey(next)) {
                break;
            }
            at = next;
        }
        if (at.equals(from.uuid())) {
            return null;
        }
        return whole ? at : Objects.requireNonNull(steps.get(from.uuid()));
    }

    private void refuseTwins(List<CatalogueTechnique> read) {
        var known = new HashSet<String>();
        for (var technique : read) {
            if (technique.live() && !known.add(technique.mitreId())) {
                throw Objects.requireNonNull(techniques.get(technique.id()))
                        .broken("another technique in use has the public id " + technique.mitreId());
            }
        }
    }

    private static List<String> platforms(StixObject object) {
        return object.texts("x_mitre_platforms").stream()
                .map(platform -> platform.strip().toLowerCase(Locale.ROOT))
                .filter(platform -> !platform.isEmpty())
                .distinct()
                .toList();
    }
}
