package io.wardroom.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void everyWishIsUnderstood() {
        assertThat(parse()).isEqualTo(new CommandLine.Run(Path.of("/etc/wardroom/agent.toml")));
        assertThat(parse("--config", "a.toml")).isEqualTo(new CommandLine.Run(Path.of("a.toml")));
        assertThat(parse("--config=a.toml", "--check")).isEqualTo(new CommandLine.Check(Path.of("a.toml")));
        assertThat(parse("--once")).isEqualTo(new CommandLine.Once(Path.of("/etc/wardroom/agent.toml")));
        assertThat(parse("--once", "--print")).isEqualTo(new CommandLine.Print());
        assertThat(parse("--version", "nonsense")).isEqualTo(new CommandLine.Version());
        assertThat(parse("-h")).isEqualTo(new CommandLine.Help());
        assertThat(CommandLine.parse(List.of(), Map.of("WARDROOM_AGENT_CONFIG", "/x")))
                .isEqualTo(new CommandLine.Run(Path.of("/x")));
    }

    @Test
    void wrongUseIsSaid() {
        for (var arguments : List.of(
                List.of("--print"),
                List.of("--config"),
                List.of("--check", "--once"),
                List.of("--colour"),
                List.of("run"))) {
            assertThat(CommandLine.parse(arguments, Map.of())).isInstanceOf(CommandLine.WrongUse.class);
        }
    }

    private static CommandLine parse(String... arguments) {
        return CommandLine.parse(List.of(arguments), Map.of());
    }
}
