package io.wardroom.purple.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// Reads the documents of the collections. They are data: nothing in them makes an object or is run.
final class Documents {
    private static final String ATOMIC_PAGE =
            "https://github.com/redcanaryco/atomic-red-team/blob/master/atomics/%1$s/%1$s.md";
    private static final String CALDERA_PAGE = "https://github.com/mitre/stockpile/blob/master/%s";
    private static final String PUBLIC_ID = "T\\d{4}(\\.\\d{3})?";
    private static final int LONGEST = 50_000;
    private static final int LONGEST_NAME = 500;

    private final Yaml yaml;

    Documents(int longest) {
        var limits = new LoaderOptions();
        limits.setCodePointLimit(longest);
        limits.setNestingDepthLimit(50);
        limits.setMaxAliasesForCollections(20);
        limits.setAllowDuplicateKeys(true);
        this.yaml = new Yaml(new SafeConstructor(limits));
    }

    /// The tests of one document; a test without an id, a name or a technique is none.
    ///
    /// @throws YAMLException where it is no YAML, or more than the limits allow
    List<Gathered> read(Collection collection, String path, String text) {
        var document = yaml.<@Nullable Object>load(text);
        return switch (collection) {
            case ATOMIC_RED_TEAM -> map(document).map(Documents::atomics).orElse(List.of());
            case CALDERA ->
                maps(document).stream()
                        .flatMap(ability -> ability(ability, path).stream())
                        .toList();
        };
    }

    private static List<Gathered> atomics(Map<?, ?> document) {
        var technique = text(document.get("attack_technique")).strip();
        var tests = new ArrayList<Gathered>();
        for (var test : maps(document.get("atomic_tests"))) {
            var id = text(test.get("auto_generated_guid")).strip().toLowerCase(Locale.ROOT);
            var executor = map(test.get("executor")).orElse(Map.of());
            gathered(
                            Collection.ATOMIC_RED_TEAM,
                            id,
                            ATOMIC_PAGE.formatted(technique),
                            technique,
                            text(test.get("name")),
                            text(test.get("description")),
                            lowered(list(test.get("supported_platforms"))),
                            Severity.of(
                                    Boolean.TRUE.equals(executor.get("elevation_required")),
                                    !text(executor.get("cleanup_command")).isBlank()),
                            "Atomic Red Team",
                            procedure(test, executor))
                    .ifPresent(tests::add);
        }
        return tests;
    }

    /// A test as a person reads and runs it.
    private static String procedure(Map<?, ?> test, Map<?, ?> executor) {
        var lines = new StringBuilder();
        part(
                lines,
                "Executor",
                text(executor.get("name"))
                        + (Boolean.TRUE.equals(executor.get("elevation_required")) ? " (as administrator)" : ""));
        var inputs = new StringBuilder();
        map(test.get("input_arguments")).orElse(Map.of()).forEach((name, value) -> {
            var input = map(value).orElse(Map.of());
            inputs.append("#{%s}: %s (default: %s)%n"
                    .formatted(
                            name,
                            text(input.get("description")).strip(),
                            text(input.get("default")).strip()));
        });
        part(lines, "Inputs", inputs.toString());
        for (var dependency : maps(test.get("dependencies"))) {
            part(lines, "Needs", text(dependency.get("description")));
            part(lines, "Check", text(dependency.get("prereq_command")));
            part(lines, "Get", text(dependency.get("get_prereq_command")));
        }
        part(lines, "Steps", text(executor.get("steps")));
        part(lines, "Command", text(executor.get("command")));
        part(lines, "Clean up", text(executor.get("cleanup_command")));
        return lines.toString().strip();
    }

    private static Optional<Gathered> ability(Map<?, ?> ability, String path) {
        var technique = map(ability.get("technique")).orElse(Map.of());
        var id = text(ability.get("id")).strip().toLowerCase(Locale.ROOT);
        var lines = new StringBuilder();
        var platforms = new LinkedHashSet<String>();
        var leavesSomething = false;
        for (var executor : maps(ability.get("executors"))) {
            platforms.add(platform(text(executor.get("platform"))));
            leavesSomething |= command(lines, text(executor.get("platform")), text(executor.get("name")), executor);
        }
        for (var system : map(ability.get("platforms")).orElse(Map.of()).entrySet()) {
            for (var name : text(system.getKey()).split(",", -1)) {
                platforms.add(platform(name));
            }
            for (var executor : map(system.getValue()).orElse(Map.of()).entrySet()) {
                leavesSomething |= command(
                        lines,
                        text(system.getKey()),
                        text(executor.getKey()),
                        map(executor.getValue()).orElse(Map.of()));
            }
        }
        platforms.remove("");
        var named = text(technique.get("attack_id")).strip();
        return gathered(
                Collection.CALDERA,
                id,
                CALDERA_PAGE.formatted(path.substring(Math.max(0, path.indexOf("data/abilities/")))),
                named.isEmpty() ? text(ability.get("technique_id")).strip() : named,
                text(ability.get("name")),
                text(ability.get("description")),
                List.copyOf(platforms),
                Severity.of(text(ability.get("privilege")).equalsIgnoreCase("Elevated"), leavesSomething),
                "Caldera",
                lines.toString().strip());
    }

    /// @return whether it leaves something to clean up
    private static boolean command(StringBuilder lines, String system, String name, Map<?, ?> executor) {
        part(lines, "Command (%s, %s)".formatted(system, name), text(executor.get("command")));
        var cleanup = executor.get("cleanup") instanceof List<?> several
                ? String.join("\n", several.stream().map(Documents::text).toList())
                : text(executor.get("cleanup"));
        part(lines, "Clean up", cleanup);
        return !cleanup.isBlank();
    }

    private static String platform(String name) {
        var lower = name.strip().toLowerCase(Locale.ROOT);
        return lower.equals("darwin") ? "macos" : lower;
    }

    private static Optional<Gathered> gathered(
            Collection collection,
            String id,
            String url,
            String technique,
            String name,
            String description,
            List<String> platforms,
            Severity severity,
            String tool,
            String procedure) {
        if (id.isEmpty() || id.length() > 100 || name.isBlank() || !technique.matches(PUBLIC_ID)) {
            return Optional.empty();
        }
        return Optional.of(new Gathered(
                // the same in every installation, so that a test made from it points to the same everywhere
                UUID.nameUUIDFromBytes((collection.spelled() + "/" + id).getBytes(StandardCharsets.UTF_8)),
                id,
                url,
                technique,
                cut(name.strip(), LONGEST_NAME),
                cut(description.strip(), LONGEST),
                platforms,
                severity,
                tool,
                cut(procedure, LONGEST)));
    }

    private static void part(StringBuilder lines, String title, String text) {
        if (!text.isBlank()) {
            lines.append(title).append(":\n").append(text.strip()).append("\n\n");
        }
    }

    private static Optional<Map<?, ?>> map(@Nullable Object node) {
        return node instanceof Map<?, ?> map ? Optional.of(map) : Optional.empty();
    }

    private static List<Map<?, ?>> maps(@Nullable Object node) {
        var maps = new ArrayList<Map<?, ?>>();
        list(node).forEach(one -> map(one).ifPresent(maps::add));
        return maps;
    }

    private static List<?> list(@Nullable Object node) {
        return node instanceof List<?> list ? list : List.of();
    }

    private static List<String> lowered(List<?> names) {
        return names.stream()
                .map(name -> text(name).strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /// A value as text that the database can keep.
    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString().replace("\0", "");
    }

    private static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest);
    }
}
