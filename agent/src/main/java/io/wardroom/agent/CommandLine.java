package io.wardroom.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the agent was asked to do.
sealed interface CommandLine {
    String DEFAULT_CONFIG = "/etc/wardroom/agent.toml";
    String HELP = """
        wardroom-agent: sends this host's metrics and inventory to a Wardroom hub

          wardroom-agent [--config FILE]            runs until it is stopped
          wardroom-agent [--config FILE] --check    checks the configuration and ends
          wardroom-agent [--config FILE] --once     collects once, delivers what is spooled, ends
          wardroom-agent --once --print             collects once and prints the batch; needs no hub
          wardroom-agent [--config FILE] --remove-canaries   takes away the canaries it made
          wardroom-agent --version | --help

          --config FILE   default: $WARDROOM_AGENT_CONFIG, else %s

        WARDROOM_AGENT_DATA_DIR in the environment replaces data_dir of the configuration.
        Exit status: 0 done, 1 failed, 2 wrong use or configuration.
        """.formatted(DEFAULT_CONFIG);

    /// Collect and deliver until stopped.
    record Run(Path config) implements CommandLine {}

    record Check(Path config) implements CommandLine {}

    record Once(Path config) implements CommandLine {}

    /// Before the agent is uninstalled.
    record RemoveCanaries(Path config) implements CommandLine {}

    record Print() implements CommandLine {}

    record Version() implements CommandLine {}

    record Help() implements CommandLine {}

    /// @param what one sentence
    record WrongUse(String what) implements CommandLine {}

    static CommandLine parse(List<String> arguments, Map<String, String> environment) {
        Optional<String> config = Optional.empty();
        var check = false;
        var once = false;
        var print = false;
        var removeCanaries = false;
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            switch (argument) {
                case "--help", "-h" -> {
                    return new Help();
                }
                case "--version", "-V" -> {
                    return new Version();
                }
                case "--check" -> check = true;
                case "--once" -> once = true;
                case "--print" -> print = true;
                case "--remove-canaries" -> removeCanaries = true;
                case "--config" -> {
                    if (++i >= arguments.size()) {
                        return new WrongUse("--config needs a file");
                    }
                    config = Optional.of(arguments.get(i));
                }
                default -> {
                    if (!argument.startsWith("--config=")) {
                        return new WrongUse("unknown argument " + argument);
                    }
                    config = Optional.of(argument.substring("--config=".length()));
                }
            }
        }
        if (print && !once) {
            return new WrongUse("--print goes with --once");
        }
        if (check && once || removeCanaries && (check || once)) {
            return new WrongUse("--check, --once and --remove-canaries exclude each other");
        }
        if (print) {
            return new Print();
        }
        var file = Path.of(config.or(() -> Optional.ofNullable(environment.get("WARDROOM_AGENT_CONFIG")))
                .filter(text -> !text.isBlank())
                .orElse(DEFAULT_CONFIG));
        if (removeCanaries) {
            return new RemoveCanaries(file);
        }
        return check ? new Check(file) : once ? new Once(file) : new Run(file);
    }
}
