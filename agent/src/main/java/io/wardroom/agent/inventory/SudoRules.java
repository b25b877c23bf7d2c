package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The section `sudo`: who may run what as whom, from sudoers(5) and the files it includes.
///
/// User and command aliases are written out. What this reader does not understand is kept as it stands: a rule
/// must not disappear because it is unusual.
final class SudoRules implements Source {
    static final String MAIN = "/etc/sudoers";

    private static final int MAX_FILES = 256;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_RULES = 5_000;
    private static final int MAX_COMMANDS = 200;
    private static final int MAX_RAW = 1_000;
    private static final long MAX_BYTES = 1L << 20;
    private static final Set<String> TAGS = Set.of(
            "NOPASSWD",
            "PASSWD",
            "NOEXEC",
            "EXEC",
            "SETENV",
            "NOSETENV",
            "LOG_INPUT",
            "NOLOG_INPUT",
            "LOG_OUTPUT",
            "NOLOG_OUTPUT",
            "FOLLOW",
            "NOFOLLOW",
            "MAIL",
            "NOMAIL",
            "INTERCEPT",
            "NOINTERCEPT");

    private final HostFiles files;
    private final List<Line> lines = new ArrayList<>();
    private final Map<String, List<String>> userAliases = new HashMap<>();
    private final Map<String, List<String>> commandAliases = new HashMap<>();
    private int filesRead;

    private record Line(String text, String file) {}

    SudoRules(HostFiles files) {
        this.files = files;
    }

    /// @param user `name`, `%group`, `#uid` or `ALL`; empty for what was not understood
    /// @param raw  the line as it stands, for what was not understood
    record Rule(
            Optional<String> user,
            Optional<String> host,
            Optional<String> runas,
            List<String> commands,
            boolean nopasswd,
            String sourceFile,
            Optional<String> raw)
            implements Row {
        @Override
        public Fields fields() {
            var fields = new Fields()
                    .with("user", user)
                    .with("host", host)
                    .with("runas", runas)
                    .with("commands", commands)
                    .with("nopasswd", nopasswd)
                    .with("source_file", sourceFile);
            return raw.isPresent() ? fields.with("raw", raw) : fields;
        }
    }

    @Override
    public String section() {
        return "sudo";
    }

    @Override
    public Finding look() throws IOException {
        return files.exists(MAIN) ? new Finding.Rows(read(files)) : new Finding.Absent();
    }

    /// Every rule in the order in which sudo reads them.
    static List<Rule> read(HostFiles files) throws IOException {
        var reader = new SudoRules(files);
        reader.readFile(MAIN, 0);
        return reader.rules();
    }

    private void readFile(String path, int depth) throws IOException {
        if (depth > MAX_DEPTH || filesRead++ >= MAX_FILES) {
            return;
        }
        var joined = new StringBuilder();
        for (var line : files.lines(path, MAX_BYTES)) {
            if (line.endsWith("\\") && joined.length() < HostFiles.MAX_LINE_BYTES) {
                joined.append(line, 0, line.length() - 1).append(' ');
                continue;
            }
            take(joined.append(line).toString().strip(), path, depth);
            joined.setLength(0);
        }
        take(joined.toString().strip(), path, depth);
    }

    private void take(String line, String path, int depth) throws IOException {
        var include = line.replaceFirst("^[#@](include(dir)?)\\s+", "$1 ");
        if (!include.equals(line)) {
            var target = include.substring(include.indexOf(' ') + 1)
                    .replace("\"", "")
                    .strip();
            var absolute = target.startsWith("/") ? target : path.substring(0, path.lastIndexOf('/') + 1) + target;
            if (include.startsWith("includedir ")) {
                for (var name : files.names(absolute)) {
                    // sudo passes over these as well: editors' and package managers' left-overs
                    if (!name.endsWith("~") && name.indexOf('.') < 0) {
                        readFile(absolute + "/" + name, depth + 1);
                    }
                }
            } else {
                readFile(absolute, depth + 1);
            }
            return;
        }
        // "#1000" is a user, every other "#" begins a comment
        var text = line.replaceFirst("(^|\\s)#(?!\\d).*$", "").strip();
        if (!text.isEmpty() && lines.size() < MAX_RULES) {
            lines.add(new Line(text, path));
        }
    }

    private List<Rule> rules() {
        var rest = new ArrayList<Line>();
        for (var line : lines) {
            if (line.text().startsWith("Defaults")) {
                continue;
            }
            if (line.text().startsWith("User_Alias")) {
                aliases(line.text(), userAliases);
            } else if (line.text().startsWith("Cmnd_Alias") || line.text().startsWith("Cmd_Alias")) {
                aliases(line.text(), commandAliases);
            } else if (!line.text().startsWith("Host_Alias") && !line.text().startsWith("Runas_Alias")) {
                rest.add(line);
            }
        }
        var rules = new ArrayList<Rule>();
        for (var line : rest) {
            var read = rulesOf(line);
            if (read.isEmpty()) {
                var raw = line.text().length() > MAX_RAW ? line.text().substring(0, MAX_RAW) : line.text();
                rules.add(new Rule(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        false,
                        line.file(),
                        Optional.of(raw)));
            }
            rules.addAll(read);
            if (rules.size() > MAX_RULES) {
                break;
            }
        }
        return rules;
    }

    private static void aliases(String line, Map<String, List<String>> into) {
        for (var definition : line.substring(line.indexOf("_Alias") + 6).split("(?<!\\\\):")) {
            var equals = definition.indexOf('=');
            if (equals > 0) {
                into.put(definition.substring(0, equals).strip(), split(definition.substring(equals + 1)));
            }
        }
    }

    /// `users host = (runas) TAG: commands`; empty where the line has another shape.
    private List<Rule> rulesOf(Line line) {
        var equals = line.text().indexOf('=');
        if (equals < 0) {
            return List.of();
        }
        var left = line.text().substring(0, equals).strip();
        var right = line.text().substring(equals + 1).strip();
        // several host parts in one line, or names in quotes: rare, and kept as they stand
        if (right.matches(".*(?<![\\\\A-Z_]):\\s*[A-Za-z0-9_.%-]+\\s*=.*") || left.indexOf('"') >= 0) {
            return List.of();
        }
        var gap = left.replaceAll("\\s*,\\s*", ",").split("\\s+");
        if (gap.length != 2) {
            return List.of();
        }
        Optional<String> runas = Optional.empty();
        if (right.startsWith("(")) {
            var close = right.indexOf(')');
            if (close < 0) {
                return List.of();
            }
            runas = Optional.of(right.substring(1, close).strip());
            right = right.substring(close + 1).strip();
        }
        var nopasswd = false;
        var commands = new ArrayList<String>();
        for (var part : split(right)) {
            var command = part;
            for (var colon = command.indexOf(':');
                    colon > 0 && TAGS.contains(command.substring(0, colon).strip());
                    colon = command.indexOf(':')) {
                nopasswd |= command.substring(0, colon).strip().equals("NOPASSWD");
                command = command.substring(colon + 1).strip();
            }
            if (command.startsWith("(")) {
                // another runas within the same list
                return List.of();
            }
            for (var expanded : expand(command, commandAliases, new HashSet<>())) {
                if (commands.size() < MAX_COMMANDS) {
                    commands.add(expanded);
                }
            }
        }
        if (commands.isEmpty()) {
            return List.of();
        }
        var rules = new ArrayList<Rule>();
        for (var user : gap[0].split(",")) {
            for (var name : expand(user, userAliases, new HashSet<>())) {
                rules.add(new Rule(
                        Optional.of(name),
                        Optional.of(gap[1]),
                        runas,
                        List.copyOf(commands),
                        nopasswd,
                        line.file(),
                        Optional.empty()));
            }
        }
        return rules.size() > MAX_COMMANDS ? List.of() : rules;
    }

    private static List<String> expand(String name, Map<String, List<String>> aliases, Set<String> seen) {
        var members = aliases.get(name);
        if (members == null || !seen.add(name)) {
            return List.of(name);
        }
        var all = new ArrayList<String>();
        for (var member : members) {
            if (all.size() < MAX_COMMANDS) {
                all.addAll(expand(member, aliases, seen));
            }
        }
        return all;
    }

    private static List<String> split(String list) {
        var parts = new ArrayList<String>();
        for (var part : list.split("(?<!\\\\),")) {
            if (!part.isBlank()) {
                parts.add(part.strip());
            }
        }
        return parts;
    }
}
