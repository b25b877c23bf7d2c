package io.wardroom.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTest {
    @Test
    void whatItPrintsAndHowItEndedIsTold() throws Exception {
        assertThat(sh("echo one; echo two; echo secret >&2; exit 3"))
                .isEqualTo(new Command.Result.Output(3, "one\ntwo\n"));
    }

    @Test
    void itsInputIsEmptyAndItsEnvironmentOurs() throws Exception {
        assertThat(sh("cat; echo \"$LC_ALL $TZ ${HOME-none}\""))
                .isEqualTo(new Command.Result.Output(0, "C UTC none\n"));
    }

    @Test
    void aProgramThatIsNotThereIsNoError() throws Exception {
        assertThat(new Command(List.of("no-such-program-here"), Duration.ofSeconds(1), 100).run())
                .isEqualTo(new Command.Result.NotThere());
    }

    @Test
    void oneThatDoesNotEndIsStopped() throws Exception {
        var result = new Command(List.of("sh", "-c", "sleep 600"), Duration.ofMillis(100), 100).run();

        assertThat(result).isInstanceOf(Command.Result.Stopped.class);
    }

    @Test
    void oneThatPrintsWithoutEndIsStopped() throws Exception {
        var result = new Command(List.of("cat", "/dev/zero"), Duration.ofSeconds(20), 100_000).run();

        assertThat(result).isEqualTo(new Command.Result.Stopped("more than 100000 bytes of output"));
    }

    private static Command.Result sh(String script) throws InterruptedException {
        return new Command(List.of("sh", "-c", script), Duration.ofSeconds(10), 10_000).run();
    }
}
