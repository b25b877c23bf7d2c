package io.wardroom.agent.inventory;

import io.wardroom.agent.host.Command;
import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The section `systemd`: services, timers, sockets, paths, mounts and targets, loaded or only installed.
final class SystemdUnits implements Source {
    static final String RUNNING_MARK = "/run/systemd/system";

    private static final int MAX_UNITS = 10_000;
    private static final String TYPES = "--type=service,timer,socket,path,mount,target";
    private static final Command LIST_UNITS = systemctl("list-units", TYPES, "--all");
    private static final Command LIST_UNIT_FILES = systemctl("list-unit-files", TYPES);

    private final HostFiles files;

    SystemdUnits(HostFiles files) {
        this.files = files;
    }

    /// @param enabled the unit file's state (`enabled`, `static`, `masked`, …); empty for units without a file
    record Unit(String name, String loadState, String activeState, String subState, Optional<String> enabled)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("name", name)
                    .with("load_state", loadState)
                    .with("active_state", activeState)
                    .with("sub_state", subState)
                    .with("enabled", enabled);
        }
    }

    private static Command systemctl(String... arguments) {
        var line = new ArrayList<>(List.of("systemctl", "--no-pager", "--no-legend", "--plain", "--full"));
        line.addAll(List.of(arguments));
        return new Command(line, Duration.ofSeconds(20), 8 << 20);
    }

    @Override
    public String section() {
        return "systemd";
    }

    @Override
    public Finding look() throws IOException, InterruptedException {
        // sd_booted(3): without this folder systemd does not run the host, and systemctl would only say so
        if (!files.isDirectory(RUNNING_MARK)) {
            return new Finding.Absent();
        }
        var units = LIST_UNITS.run();
        var unitFiles = LIST_UNIT_FILES.run();
        if (!(units instanceof Command.Result.Output(int exit, String listed)) || exit != 0) {
            return new Finding.Unreadable("systemctl list-units: " + units);
        }
        if (!(unitFiles instanceof Command.Result.Output(int fileExit, String installed)) || fileExit != 0) {
            return new Finding.Unreadable("systemctl list-unit-files: " + unitFiles);
        }
        return new Finding.Rows(parse(listed, installed));
    }

    /// @param units     `UNIT LOAD ACTIVE SUB DESCRIPTION` a line; blanks in unit names are escaped by systemd
    /// @param unitFiles `UNIT STATE PRESET` a line
    static List<Unit> parse(String units, String unitFiles) {
        Map<String, String> enabled = new HashMap<>();
        unitFiles.lines().limit(MAX_UNITS).forEach(line -> {
            var parts = columns(line);
            if (parts.length >= 2 && isUnit(parts[0])) {
                enabled.put(parts[0], parts[1]);
            }
        });
        var found = new ArrayList<Unit>();
        units.lines().limit(MAX_UNITS).forEach(line -> {
            var parts = columns(line);
            if (parts.length >= 4 && isUnit(parts[0])) {
                found.add(new Unit(
                        parts[0], parts[1], parts[2], parts[3], Optional.ofNullable(enabled.remove(parts[0]))));
            }
        });
        enabled.forEach((name, state) -> found.add(
                new Unit(name, state.equals("masked") ? "masked" : "stub", "inactive", "dead", Optional.of(state))));
        found.sort(Comparator.comparing(Unit::name));
        return found;
    }

    /// Units that failed or were not found may carry a dot in front, `--plain` or not.
    private static String[] columns(String line) {
        return line.replaceFirst("^[^\\p{Alnum}\\\\_:.@-]+", "").strip().split("\\s+", 5);
    }

    private static boolean isUnit(String name) {
        return name.indexOf('.') > 0 && name.length() <= 256;
    }
}
