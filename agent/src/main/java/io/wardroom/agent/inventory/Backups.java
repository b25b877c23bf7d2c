package io.wardroom.agent.inventory;

import io.wardroom.agent.host.Command;
import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.host.Masked;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The section `backups`: known backup tools that a timer, a cron entry or a configuration of their own sets to
/// work.
///
/// Nothing is run to find out: a backup that is planned but fails shows by its timer's last result, where
/// systemd keeps one.
final class Backups implements Source {
    /// The longer name first: borgmatic is not borg.
    private static final List<String> TOOLS = List.of(
            "borgmatic",
            "borg",
            "restic",
            "resticprofile",
            "autorestic",
            "duplicity",
            "duply",
            "duplicacy",
            "rsnapshot",
            "rdiff-backup",
            "backupninja",
            "bacula-fd",
            "bareos-fd",
            "veeamconfig",
            "veeam",
            "timeshift",
            "kopia",
            "rclone",
            "snapper",
            "btrbk",
            "sanoid",
            "syncoid",
            "zfs-auto-snapshot",
            "pgbackrest",
            "barman",
            "wal-g",
            "mariabackup",
            "xtrabackup",
            "mysqldump",
            "automysqlbackup",
            "pg_dumpall",
            "pg_dump",
            "mongodump",
            "etckeeper",
            "urbackupclientctl",
            "proxmox-backup-client",
            "vzdump",
            "deja-dup",
            "tarsnap");

    private static final Pattern TOOL = Pattern.compile("(?<![\\w.-])(?:"
            + String.join("|", TOOLS.stream().map(Pattern::quote).toList()) + ")(?![\\w-])");

    /// A configuration that shows a tool in use, and the line of it that names where the copies go.
    private record Configuration(String tool, String path, Pattern target) {}

    private static final List<Configuration> CONFIGURATIONS = List.of(
            new Configuration(
                    "borgmatic",
                    "/etc/borgmatic/config.yaml",
                    Pattern.compile(
                            "\\s*-?\\s*(?:path:\\s*)?[\"']?((?:ssh://|/|[\\w.-]+@)[^\"'\\s]+)[\"']?\\s*(?:#.*)?")),
            new Configuration("rsnapshot", "/etc/rsnapshot.conf", Pattern.compile("snapshot_root\\s+(\\S+).*")),
            new Configuration(
                    "timeshift",
                    "/etc/timeshift/timeshift.json",
                    Pattern.compile("\\s*\"backup_device_uuid\"\\s*:\\s*\"([^\"]+)\".*")),
            new Configuration(
                    "bacula-fd",
                    "/etc/bacula/bacula-fd.conf",
                    Pattern.compile("(?i)\\s*Name\\s*=\\s*\"?([\\w.-]+-dir)\"?.*")),
            new Configuration(
                    "bareos-fd",
                    "/etc/bareos/bareos-fd.conf",
                    Pattern.compile("(?i)\\s*Name\\s*=\\s*\"?([\\w.-]+-dir)\"?.*")),
            new Configuration("veeam", "/etc/veeam/veeam.ini", Pattern.compile("(?!)")),
            new Configuration("backupninja", "/etc/backupninja.conf", Pattern.compile("(?!)")),
            new Configuration(
                    "pgbackrest",
                    "/etc/pgbackrest/pgbackrest.conf",
                    Pattern.compile("\\s*repo1-(?:path|host)\\s*=\\s*(\\S+).*")),
            new Configuration(
                    "btrbk",
                    "/etc/btrbk/btrbk.conf",
                    Pattern.compile("\\s*target\\s+(?:send-receive\\s+|raw\\s+)?(\\S+).*")),
            new Configuration("sanoid", "/etc/sanoid/sanoid.conf", Pattern.compile("\\s*\\[([^\\]]+)\\].*")));

    private static final Pattern TARGET = Pattern.compile(
            "(?:--repo(?:sitory)?[= ]|-r[="
                    + " ]|(?<=\\s)(?=(?:ssh|sftp|rest|s3|b2|azure|gs|swift|rclone|file|scp|rsync|ftp|ftps|webdavs?|boto3\\+s3)://?|(?:sftp|rest|s3|b2|azure|gs|swift|rclone):|[\\w.-]+@[\\w.-]+:))[\"']?([^\\s\"']+)");
    private static final List<String> UNIT_FOLDERS = List.of(
            "/etc/systemd/system",
            "/run/systemd/system",
            "/usr/local/lib/systemd/system",
            "/usr/lib/systemd/system",
            "/lib/systemd/system");
    private static final int MAX_FILE_BYTES = 256 << 10;
    private static final int MAX_FILES = 2_000;
    private static final int MAX_ROWS = 500;
    private static final int MAX_TEXT = 512;

    private final HostFiles files;

    Backups(HostFiles files) {
        this.files = files;
    }

    /// @param schedule   a calendar expression, a cron expression, `daily`, …; empty where only a configuration
    ///     was found
    /// @param lastStatus `success` or what systemd calls the failure
    /// @param target     where the copies go, without credentials
    record Backup(
            String tool,
            Optional<String> schedule,
            Optional<Instant> lastRunAt,
            Optional<String> lastStatus,
            Optional<String> target)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("tool", tool)
                    .with("schedule", schedule)
                    .with("last_run_at", lastRunAt)
                    .with("last_status", lastStatus)
                    .with("target", target);
        }
    }

    @Override
    public String section() {
        return "backups";
    }

    @Override
    public Finding look() throws IOException, InterruptedException {
        var found = new ArrayList<Backup>();
        timers(found);
        cron(found);
        configurations(found);
        found.sort(Comparator.comparing(Backup::tool)
                .thenComparing(b -> b.schedule().orElse(""))
                .thenComparing(b -> b.target().orElse("")));
        return new Finding.Rows(found.stream().distinct().limit(MAX_ROWS).toList());
    }

    private void timers(List<Backup> found) throws IOException, InterruptedException {
        var seen = new HashMap<String, String>();
        int read = 0;
        for (var folder : UNIT_FOLDERS) {
            for (var name : files.names(folder)) {
                // the first folder wins, as for systemd
                if (name.endsWith(".timer") && !seen.containsKey(name) && read++ < MAX_FILES) {
                    seen.put(name, text(folder + "/" + name));
                }
            }
        }
        for (var timer : seen.entrySet()) {
            var service = values(timer.getValue(), "Unit").stream()
                    .findFirst()
                    .orElse(timer.getKey().replaceFirst("\\.timer$", ".service"));
            var commands = String.join("\n", values(unitText(service), "ExecStart"));
            var tool = tool(commands);
            if (tool.isEmpty()) {
                continue;
            }
            var calendar = values(timer.getValue(), "OnCalendar");
            var every = values(timer.getValue(), "OnUnitActiveSec");
            var schedule = !calendar.isEmpty()
                    ? Optional.of(String.join("; ", calendar))
                    : every.stream().findFirst().map(value -> "every " + value);
            var last = files.isDirectory(SystemdUnits.RUNNING_MARK) ? lastRun(service) : LastRun.UNKNOWN;
            found.add(new Backup(tool.get(), schedule.map(Backups::cut), last.at(), last.status(), target(commands)));
        }
    }

    private record LastRun(Optional<Instant> at, Optional<String> status) {
        private static final LastRun UNKNOWN = new LastRun(Optional.empty(), Optional.empty());
    }

    private LastRun lastRun(String service) throws InterruptedException {
        if (!service.matches("[\\w@:.\\\\-]{1,256}")) {
            return LastRun.UNKNOWN;
        }
        var show = new Command(
                List.of(
                        "systemctl",
                        "show",
                        "--no-pager",
                        "--timestamp=unix",
                        "--property=Result,ExecMainStartTimestamp",
                        "--",
                        service),
                Duration.ofSeconds(10),
                64 << 10);
        return show.run() instanceof Command.Result.Output(int exit, String text) && exit == 0
                ? parseLastRun(text)
                : LastRun.UNKNOWN;
    }

    private static LastRun parseLastRun(String text) {
        Map<String, String> values = new HashMap<>();
        text.lines().forEach(line -> {
            var equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1).strip());
            }
        });
        var started = values.getOrDefault("ExecMainStartTimestamp", "");
        try {
            var at = started.matches("@\\d{1,12}")
                    ? Optional.of(Instant.ofEpochSecond(Long.parseLong(started.substring(1))))
                    : Optional.<Instant>empty();
            // a service that never ran has the result "success" as well
            return at.isEmpty() ? LastRun.UNKNOWN : new LastRun(at, Optional.ofNullable(values.get("Result")));
        } catch (DateTimeException odd) {
            return LastRun.UNKNOWN;
        }
    }

    private String unitText(String unit) throws IOException {
        for (var folder : UNIT_FOLDERS) {
            var text = text(folder + "/" + unit);
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }

    private static List<String> values(String unit, String key) {
        var found = new ArrayList<String>();
        for (var line : unit.replace("\\\n", " ").split("\n")) {
            var text = line.strip();
            if (text.startsWith(key + "=") && text.length() > key.length() + 1) {
                found.add(text.substring(key.length() + 1).strip());
            }
        }
        return found;
    }

    private void cron(List<Backup> found) throws IOException {
        crontab("/etc/crontab", true, found);
        for (var name : files.names("/etc/cron.d")) {
            crontab("/etc/cron.d/" + name, true, found);
        }
        for (var folder : List.of("/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs")) {
            for (var name : files.names(folder)) {
                crontab(folder + "/" + name, false, found);
            }
        }
        for (var period : List.of("hourly", "daily", "weekly", "monthly")) {
            for (var name : files.names("/etc/cron." + period)) {
                var script = uncommented(text("/etc/cron." + period + "/" + name));
                tool(script)
                        .ifPresent(tool -> found.add(new Backup(
                                tool, Optional.of(period), Optional.empty(), Optional.empty(), target(script))));
            }
        }
    }

    private void crontab(String path, boolean withUser, List<Backup> found) throws IOException {
        for (var line : text(path).split("\n")) {
            entry(line, withUser).ifPresent(found::add);
        }
    }

    /// One line of crontab(5).
    ///
    /// @param withUser whether the sixth word is an account, as in the system's own tables
    static Optional<Backup> entry(String line, boolean withUser) {
        var text = line.strip();
        if (text.isEmpty() || text.startsWith("#") || text.matches("[A-Za-z_]\\w*\\s*=.*")) {
            return Optional.empty();
        }
        var times = text.startsWith("@") ? 1 : 5;
        var parts = text.split("\\s+", times + (withUser ? 2 : 1));
        if (parts.length < times + (withUser ? 2 : 1)) {
            return Optional.empty();
        }
        var command = parts[parts.length - 1];
        var schedule = String.join(" ", List.of(parts).subList(0, times));
        return tool(command)
                .map(tool -> new Backup(
                        tool, Optional.of(cut(schedule)), Optional.empty(), Optional.empty(), target(command)));
    }

    private void configurations(List<Backup> found) throws IOException {
        for (var configuration : CONFIGURATIONS) {
            if (!files.exists(configuration.path())) {
                continue;
            }
            Optional<String> target = Optional.empty();
            for (var line : text(configuration.path()).split("\n")) {
                var matcher = configuration.target().matcher(line);
                if (line.length() < 1000 && matcher.matches()) {
                    target = Optional.of(cut(Masked.of(matcher.group(1))));
                    break;
                }
            }
            found.add(new Backup(configuration.tool(), Optional.empty(), Optional.empty(), Optional.empty(), target));
        }
    }

    private String text(String path) throws IOException {
        return files.text(path, MAX_FILE_BYTES).orElse("");
    }

    private static String uncommented(String script) {
        return script.replaceAll("(?m)^\\s*#.*$", "");
    }

    static Optional<String> tool(String command) {
        var matcher = TOOL.matcher(command);
        return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
    }

    static Optional<String> target(String command) {
        var matcher = TARGET.matcher(cut(command));
        return matcher.find() ? Optional.of(cut(Masked.of(matcher.group(1)))) : Optional.empty();
    }

    private static String cut(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }
}
