package io.wardroom.agent.config;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.toml.TomlParser;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the settings from TOML.
public final class ConfigFile {
    public static final String DATA_DIR_VARIABLE = "WARDROOM_AGENT_DATA_DIR";

    static final Duration MIN_COLLECT = Duration.ofSeconds(1);
    static final Duration MAX_COLLECT = Duration.ofMinutes(5);
    static final Duration MIN_INVENTORY = Duration.ofMinutes(5);
    static final Duration MAX_INVENTORY = Duration.ofDays(7);

    private static final int MAX_FILE_BYTES = 1 << 20;
    private static final int MAX_LABELS = 32;
    private static final int MAX_LABEL_NAME = 64;
    private static final int MAX_LABEL_VALUE = 256;
    private static final long MIN_SPOOL_BYTES = 1L << 20;
    private static final long MAX_SPOOL_BYTES = 64L << 30;
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(B|KiB|MiB|GiB)?");
    private static final Pattern MACHINE_ID = Pattern.compile("[A-Za-z0-9-]{8,64}");
    private static final List<String> KEYS = List.of(
            "hub_url",
            "enrolment_token",
            "enrolment_token_file",
            "data_dir",
            "collect_interval",
            "activity_interval",
            "inventory_interval",
            "inventory_check_interval",
            "spool_max_bytes",
            "hub_ca_file",
            "machine_id",
            "labels",
            "honeypots",
            "process_dna");

    private final Path source;
    private final UnmodifiableConfig values;

    private ConfigFile(Path source, UnmodifiableConfig values) {
        this.source = source;
        this.values = values;
    }

    /// Settings and what should be said about them.
    ///
    /// @param warnings one sentence each
    public record Loaded(AgentConfig config, List<String> warnings) {}

    /// @param environment as [System#getenv()] gives it
    /// @throws ConfigProblem if the file is missing, no TOML, or a value is out of its range
    public static Loaded load(Path file, Map<String, String> environment) throws ConfigProblem {
        String text;
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new ConfigProblem("%s is larger than 1 MiB: no configuration of this agent".formatted(file));
            }
            text = Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new ConfigProblem("no configuration at %s (see agent.example.toml)".formatted(file));
        } catch (CharacterCodingException encoding) {
            throw new ConfigProblem("%s is not UTF-8 text".formatted(file));
        } catch (IOException unreadable) {
            throw new ConfigProblem("%s cannot be read: %s".formatted(file, unreadable));
        }
        UnmodifiableConfig values;
        try {
            values = new TomlParser().parse(new StringReader(text));
        } catch (ParsingException broken) {
            throw new ConfigProblem("%s is no valid TOML: %s".formatted(file, oneLine(broken.getMessage())));
        }
        var configFile = new ConfigFile(file, values);
        var config = configFile.read(environment);
        return new Loaded(config, configFile.warnings(config));
    }

    private AgentConfig read(Map<String, String> environment) throws ConfigProblem {
        var overridden = Optional.ofNullable(environment.get(DATA_DIR_VARIABLE)).filter(value -> !value.isBlank());
        var configured = text("data_dir");
        var dataDir = overridden.or(() -> configured).orElse("/var/lib/wardroom-agent");
        return new AgentConfig(
                hubUrl(),
                enrolmentToken(),
                text("enrolment_token_file").map(Path::of),
                Path.of(dataDir).toAbsolutePath(),
                duration("collect_interval", Duration.ofSeconds(15), MIN_COLLECT, MAX_COLLECT),
                duration("activity_interval", Duration.ofMinutes(1), Duration.ZERO, Duration.ofDays(1)),
                duration("inventory_interval", Duration.ofHours(6), MIN_INVENTORY, MAX_INVENTORY),
                duration("inventory_check_interval", Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofDays(1)),
                spoolMaxBytes(),
                text("hub_ca_file").map(Path::of),
                machineId(),
                labels(),
                enabled("honeypots"),
                enabled("process_dna"),
                Optional.ofNullable(source.toAbsolutePath().getParent()).orElse(Path.of("/")));
    }

    private List<String> warnings(AgentConfig config) {
        var warnings = new ArrayList<String>();
        var unknown = new TreeSet<String>();
        for (var entry : values.entrySet()) {
            if (!KEYS.contains(entry.getKey())) {
                unknown.add(entry.getKey());
            }
        }
        if (!unknown.isEmpty()) {
            warnings.add("%s has unknown keys, which are ignored: %s".formatted(source, String.join(", ", unknown)));
        }
        if ("http".equals(config.hubUrl().getScheme())
                && !List.of("127.0.0.1", "localhost", "[::1]")
                        .contains(config.hubUrl().getHost())) {
            warnings.add("hub_url is plain http: the agent's token can be read on the way");
        }
        return List.copyOf(warnings);
    }

    private URI hubUrl() throws ConfigProblem {
        var text = text("hub_url").orElseThrow(() -> problem("hub_url", "is missing"));
        URI uri;
        try {
            uri = new URI(text.replaceAll("/+$", ""));
        } catch (URISyntaxException broken) {
            throw problem("hub_url", "is no address: " + text);
        }
        var scheme = uri.getScheme();
        if (!("http".equals(scheme) || "https".equals(scheme)) || uri.getHost() == null) {
            throw problem("hub_url", "must be http://host[:port] or https://host[:port]");
        }
        if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw problem("hub_url", "must not hold a user, a query or a fragment");
        }
        var path = uri.getPath();
        return path.endsWith("/api/v1")
                ? uri.resolve(path.substring(0, path.length() - "/api/v1".length()) + "/")
                : uri;
    }

    private Duration duration(String key, Duration otherwise, Duration min, Duration max) throws ConfigProblem {
        Object value = values.get(List.of(key));
        Duration duration;
        switch (value) {
            case null -> {
                return otherwise;
            }
            case Integer seconds -> duration = Duration.ofSeconds(seconds);
            case Long seconds ->
                duration = seconds > MAX_INVENTORY.toSeconds()
                        ? MAX_INVENTORY.plusSeconds(1)
                        : Duration.ofSeconds(seconds);
            case String text -> {
                var matcher = DURATION.matcher(text.strip());
                if (!matcher.matches()) {
                    throw problem(key, "is no duration such as \"15s\", \"5m\", \"6h\": " + text);
                }
                var amount = Long.parseLong(matcher.group(1));
                duration = switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                };
            }
            default -> throw problem(key, "must be a duration such as \"15s\"");
        }
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw problem(key, "must lie between %ds and %ds".formatted(min.toSeconds(), max.toSeconds()));
        }
        return duration;
    }

    private long spoolMaxBytes() throws ConfigProblem {
        Object value = values.get(List.of("spool_max_bytes"));
        long bytes;
        switch (value) {
            case null -> {
                return 64L << 20;
            }
            case Integer number -> bytes = number;
            case Long number -> bytes = number;
            case String text -> {
                var matcher = SIZE.matcher(text.strip());
                if (!matcher.matches()) {
                    throw problem("spool_max_bytes", "is no size such as \"64MiB\": " + text);
                }
                var unit = Optional.ofNullable(matcher.group(2)).orElse("B");
                var shift =
                        switch (unit) {
                            case "KiB" -> 10;
                            case "MiB" -> 20;
                            case "GiB" -> 30;
                            default -> 0;
                        };
                bytes = Math.min(Long.parseLong(matcher.group(1)), Long.MAX_VALUE >> shift) << shift;
            }
            default -> throw problem("spool_max_bytes", "must be a size such as \"64MiB\"");
        }
        if (bytes < MIN_SPOOL_BYTES || bytes > MAX_SPOOL_BYTES) {
            throw problem("spool_max_bytes", "must lie between 1MiB and 64GiB");
        }
        return bytes;
    }

    private Optional<Secret> enrolmentToken() throws ConfigProblem {
        var token = text("enrolment_token");
        if (token.isPresent() && Secret.of(token.get()).isEmpty()) {
            throw problem("enrolment_token", "is no token: printable ASCII without blanks");
        }
        return token.flatMap(Secret::of);
    }

    private Optional<String> machineId() throws ConfigProblem {
        var id = text("machine_id");
        if (id.isPresent() && !MACHINE_ID.matcher(id.get()).matches()) {
            throw problem("machine_id", "must be 8 to 64 letters, digits and dashes");
        }
        return id;
    }

    /// Whether a table says `enabled = true`; what is not there is off.
    private boolean enabled(String table) throws ConfigProblem {
        Object value = values.get(List.of(table));
        if (value == null) {
            return false;
        }
        if (!(value instanceof UnmodifiableConfig settings)) {
            throw problem(table, "must be a table");
        }
        Object enabled = settings.get(List.of("enabled"));
        return switch (enabled) {
            case null -> false;
            case Boolean on -> on;
            default -> throw problem(table + ".enabled", "must be true or false");
        };
    }

    private Map<String, String> labels() throws ConfigProblem {
        Object value = values.get(List.of("labels"));
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof UnmodifiableConfig table)) {
            throw problem("labels", "must be a table");
        }
        var labels = new LinkedHashMap<String, String>();
        for (var entry : table.entrySet()) {
            Object label = entry.getValue();
            if (!(label instanceof String || label instanceof Number || label instanceof Boolean)) {
                throw problem("labels." + entry.getKey(), "must be a text, a number or a boolean");
            }
            var text = label.toString();
            if (text.length() > MAX_LABEL_VALUE || entry.getKey().length() > MAX_LABEL_NAME) {
                throw problem(
                        "labels." + entry.getKey(),
                        "is longer than %d characters (its name: %d)".formatted(MAX_LABEL_VALUE, MAX_LABEL_NAME));
            }
            labels.put(entry.getKey(), text);
        }
        if (labels.size() > MAX_LABELS) {
            throw problem("labels", "holds more than " + MAX_LABELS + " entries");
        }
        return labels;
    }

    private Optional<String> text(String key) throws ConfigProblem {
        @Nullable Object value = values.get(List.of(key));
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text)) {
            throw problem(key, "must be a text in quotes");
        }
        if (text.isBlank()) {
            throw problem(key, "is empty");
        }
        return Optional.of(text.strip());
    }

    private ConfigProblem problem(String key, String what) {
        return new ConfigProblem("%s: %s %s".formatted(source, key, what));
    }

    private static String oneLine(@Nullable String message) {
        return message == null
                ? "no reason given"
                : message.replaceAll("\\s+", " ").strip();
    }
}
