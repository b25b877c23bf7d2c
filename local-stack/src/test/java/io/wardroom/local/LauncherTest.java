package io.wardroom.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
    @TempDir
    Path folder;

    private Home home;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

    @BeforeEach
    void aHomeWithASpaceInItsName() throws IOException {
        home = new Home(folder.resolve("a home"));
        home.create();
    }

    @Test
    void aPortInUseIsNamedAndNothingIsStarted() throws IOException {
        var environment = variables(Ports.free());
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName(Ports.HOST))) {
            environment.put(Port.S3.variable(), Integer.toString(taken.getLocalPort()));

            var status = new Launcher(home, folder, environment, out).up(true);

            assertThat(status).isEqualTo(1);
            assertThat(said.toString(StandardCharsets.UTF_8))
                    .contains("Port %d (s3) is in use".formatted(taken.getLocalPort()))
                    .contains("WARDROOM_PORT_S3=");
            assertThat(ProcessRecord.allIn(home.run())).isEmpty();
            assertThat(home.data()).isEmptyDirectory();
            assertThat(Running.in(home)).isEmpty();
        }
    }

    @Test
    void theSimulatorIsToldWhereTheStackIs() {
        var simulation = new Simulation(home, folder, Map.of(Port.GATEWAY.variable(), "4711"));

        var words = simulation.command(List.of("--agents", "3", "--for", "10s", "--kafka", "elsewhere:1"));

        assertThat(words)
                .containsSequence("--gateway", "http://127.0.0.1:4711")
                .containsSequence("--home", home.directory().toString())
                .endsWith("--agents", "3", "--for", "10s", "--kafka", "elsewhere:1")
                .containsOnlyOnce("--kafka");
        assertThatThrownBy(() -> simulation.run(List.of("--for", "10s"))).hasMessageContaining("no Wardroom");
    }

    @Test
    void aPasswordTooShortIsRefusedBeforeAnythingStarts() throws IOException {
        var environment = variables(Ports.free());
        environment.put(Launcher.PASSWORD_VARIABLE, "short");

        var status = new Launcher(home, folder, environment, out).up(true);

        assertThat(status).isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("WARDROOM_ADMIN_PASSWORD is shorter than 8 characters")
                .doesNotContain("\"short\"");
        assertThat(home.data()).isEmptyDirectory();
    }

    @Test
    void aSecondUpSaysThatItRunsAlready() throws IOException {
        try (var first = HomeLock.take(home.lock()).orElseThrow()) {
            assertThat(first).isNotNull();
            Running.write(home, Ports.of(Map.of()), Running.READY);

            var status = new Launcher(home, folder, Map.of(), out).up(true);

            assertThat(status).isZero();
            assertThat(said.toString(StandardCharsets.UTF_8))
                    .contains("runs already")
                    .contains("http://127.0.0.1:8000");
        }
    }

    @Test
    void whatAnEarlierLauncherLeftIsEnded() throws IOException {
        var left = new Processes(home).start(anIdler("left", Rank.SERVICE));

        var ended = Processes.endLeftovers(home, out::println);

        assertThat(ended).isEqualTo(1);
        await("the end of what was left").atMost(Duration.ofSeconds(10)).until(() -> !left.process()
                .isAlive());
        assertThat(ProcessRecord.allIn(home.run())).isEmpty();
    }

    @Test
    void aStrangersProcessUnderTheSameNumberIsLeftAlone() throws IOException {
        var strangersHome = new Home(folder.resolve("stranger"));
        strangersHome.create();
        var stranger = new Processes(strangersHome).start(anIdler("stranger", Rank.SERVICE));
        try {
            new ProcessRecord("stale", Rank.SERVICE, stranger.process().pid(), "another boot/1", 0, home.log("stale"))
                    .write(home.run());

            var ended = Processes.endLeftovers(home, out::println);

            assertThat(ended).isZero();
            assertThat(stranger.process().isAlive()).isTrue();
            assertThat(ProcessRecord.allIn(home.run())).isEmpty();
        } finally {
            Processes.endLeftovers(strangersHome, out::println);
        }
    }

    @Test
    void whatDoesNotStopIsKilledAndSaidSo() {
        var processes = new Processes(home);
        var stubborn = processes.start(command(
                "stubborn", Rank.ERRAND, List.of("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done")));
        await("its trap").atMost(Duration.ofSeconds(10)).until(() -> Files.readString(home.log("stubborn"))
                .contains("deaf"));

        processes.close(out::println);

        assertThat(stubborn.process().isAlive()).isFalse();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("stubborn did not stop within");
    }

    @Test
    void nothingStartsOnceTheStackIsClosed() {
        var processes = new Processes(home);
        processes.close(out::println);

        assertThatThrownBy(() -> processes.start(anIdler("late", Rank.SERVICE)))
                .isInstanceOf(Trouble.class)
                .hasMessageContaining("being stopped");
    }

    @Test
    void aPartThatEndsWhileItStartsIsSaidWithItsExitStatusAndItsLog() {
        var processes = new Processes(home);
        var broken = processes.start(command("broken", Rank.SERVICE, List.of("sh", "-c", "echo why; exit 7")));

        assertThatThrownBy(() -> broken.await(Duration.ofSeconds(20), () -> false))
                .isInstanceOfSatisfying(Trouble.class, trouble -> {
                    assertThat(trouble).hasMessageContaining("broken ended").hasMessageContaining("7");
                    assertThat(trouble.log()).hasContent("why");
                });
        processes.close(out::println);
    }

    @Test
    void aPartThatIsNeverReadyIsGivenUp() {
        var processes = new Processes(home);
        var slow = processes.start(anIdler("slow", Rank.SERVICE));

        assertThatThrownBy(() -> slow.await(Duration.ofMillis(300), () -> false))
                .isInstanceOf(Trouble.class)
                .hasMessageContaining("slow did not come up");
        processes.close(out::println);
        assertThat(slow.process().isAlive()).isFalse();
    }

    @Test
    void theAdministratorsPasswordIsNotHandedToProcesses() {
        assertThat(Processes.WITHHELD).contains(Launcher.PASSWORD_VARIABLE);
        var processes = new Processes(home);
        var printer = processes.start(command("printer", Rank.ERRAND, List.of("sh", "-c", "env; echo end")));

        await("its output").atMost(Duration.ofSeconds(10)).until(() -> Files.readString(home.log("printer"))
                .contains("end"));

        assertThat(printer.record().log()).content().contains("PATH=").doesNotContain("MAVEN_");
        processes.close(out::println);
    }

    @Test
    void secretsStayTheSameAndAreTheirOwnersAlone() throws IOException {
        var first = Secrets.in(home.secrets()).of("a");
        var second = Secrets.in(home.secrets()).of("a");
        var other = Secrets.in(home.secrets()).of("b");

        assertThat(second).isEqualTo(first).hasSizeGreaterThanOrEqualTo(24);
        assertThat(other).isNotEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.secrets())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.directory())))
                .isEqualTo("rwx------");
    }

    @Test
    void portsAreChosenByTheEnvironmentAndChecked() {
        assertThat(Ports.of(Map.of("WARDROOM_PORT_GATEWAY", "9000")).of(Port.GATEWAY))
                .isEqualTo(9000);
        assertThat(Ports.of(Map.of()).of(Port.GATEWAY)).isEqualTo(8000);
        assertThatThrownBy(() -> Ports.of(Map.of("WARDROOM_PORT_GATEWAY", "many")))
                .isInstanceOf(Trouble.class)
                .hasMessageContaining("WARDROOM_PORT_GATEWAY is \"many\"");
        assertThatThrownBy(() -> Ports.of(Map.of("WARDROOM_PORT_GATEWAY", "65536")))
                .isInstanceOf(Trouble.class);
        assertThatThrownBy(() -> Ports.of(Map.of("WARDROOM_PORT_GATEWAY", "8001")))
                .isInstanceOf(Trouble.class)
                .hasMessageContaining("WARDROOM_PORT_INGEST");
    }

    @Test
    void aLogThatIsFullStartsAnewUnderItsWriter() throws IOException {
        var log = home.log("chatty");
        var processes = new Processes(home);
        processes.start(command(
                "chatty",
                Rank.ERRAND,
                List.of("sh", "-c", "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.05; done")));
        try (var keeper = new LogKeeper(home.logs(), out)) {
            await("a first line").atMost(Duration.ofSeconds(10)).until(() -> Files.size(log) > 20);

            keeper.keep(10);

            assertThat(home.logs().resolve("chatty.log.1")).content().contains("line 0");
            await("a line after the cut").atMost(Duration.ofSeconds(10)).until(() -> Files.readString(log)
                    .startsWith("line "));
            assertThat(Files.readString(log)).doesNotContain("line 0\n");
        }
        processes.close(out::println);
    }

    private static HashMap<String, String> variables(Ports ports) {
        var variables = new HashMap<String, String>();
        ports.numbers().forEach((port, number) -> variables.put(port.variable(), Integer.toString(number)));
        return variables;
    }

    private Command anIdler(String name, Rank rank) {
        return command(name, rank, List.of("sleep", "600"));
    }

    private Command command(String name, Rank rank, List<String> words) {
        return new Command(name, rank, words, Map.of(), false, folder, 0);
    }
}
