package io.wardroom.purple.catalogue;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One object of a bundle, with the fields that are looked at.
///
/// @param where the place in the bundle, for a person
record StixObject(String type, String id, Map<String, Object> fields, String where) {
    private static final Set<String> ATTACK = Set.of("mitre-attack", "mitre-mobile-attack", "mitre-ics-attack");
    private static final int LONGEST_NAME = 1_000;

    String text(String field) {
        return textOrNull(field) instanceof String text ? text : "";
    }

    @Nullable
    String textOrNull(String field) {
        var value = fields.get(field);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw broken(field + " is no text");
    }

    String name() {
        var name = text("name");
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw broken("name is missing or too long");
        }
        return name;
    }

    boolean flag(String field) {
        var value = fields.get(field);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw broken(field + " is neither true nor false");
    }

    List<String> texts(String field) {
        return list(field).stream()
                .map(one -> {
                    if (one instanceof String text) {
                        return text;
                    }
                    throw broken(field + " holds something that is no text");
                })
                .toList();
    }

    List<Map<?, ?>> objects(String field) {
        return list(field).stream()
                .<Map<?, ?>>map(one -> {
                    if (one instanceof Map<?, ?> object) {
                        return object;
                    }
                    throw broken(field + " holds something that is no object");
                })
                .toList();
    }

    List<?> list(String field) {
        var value = fields.get(field);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw broken(field + " is no array");
    }

    @Nullable
    Instant modified() {
        var text = textOrNull("modified");
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException malformed) {
            throw broken("modified is no time");
        }
    }

    /// The public id, such as `T1059.001`.
    Optional<String> mitreId() {
        return reference("external_id");
    }

    /// Where MITRE's own page is, if that is an address to follow.
    @Nullable
    String url() {
        return reference("url")
                .filter(url -> url.startsWith("https://") || url.startsWith("http://"))
                .orElse(null);
    }

    private Optional<String> reference(String field) {
        return objects("external_references").stream()
                .filter(reference -> ATTACK.contains(String.valueOf(reference.get("source_name"))))
                .filter(reference -> reference.get("external_id") instanceof String)
                .findFirst()
                .map(reference -> reference.get(field))
                .filter(String.class::isInstance)
                .map(String.class::cast);
    }

    /// The short names of the tactics it serves.
    List<String> phases() {
        return objects("kill_chain_phases").stream()
                .filter(phase -> ATTACK.contains(String.valueOf(phase.get("kill_chain_name"))))
                .map(phase -> {
                    if (phase.get("phase_name") instanceof String name) {
                        return name;
                    }
                    throw broken("a kill chain phase has no name");
                })
                .distinct()
                .toList();
    }

    /// The UUID behind the type in its id.
    UUID uuid() {
        return uuid(id).orElseThrow(() -> broken("the id is no STIX id"));
    }

    static Optional<UUID> uuid(String stixId) {
        var at = stixId.indexOf("--");
        var text = at < 0 ? "" : stixId.substring(at + 2);
        try {
            var uuid = UUID.fromString(text);
            // fromString takes shorter ones too
            return uuid.toString().equalsIgnoreCase(text) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    boolean live() {
        return !flag("revoked") && !flag("x_mitre_deprecated");
    }

    BrokenBundle broken(String what) {
        return new BrokenBundle("%s of %s: %s".formatted(where, id.length() > 100 ? id.substring(0, 100) : id, what));
    }
}
