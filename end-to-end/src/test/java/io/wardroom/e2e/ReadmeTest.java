package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.CHECKOUT;
import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's first walk, as a new user would paste it.
class ReadmeTest {
    private static final Pattern WALK = Pattern.compile("```sh walk\n(.*?)\n```", Pattern.DOTALL);

    @Test
    void theFirstWalkWorks(@TempDir Path folder) throws Exception {
        var walk = WALK.matcher(Files.readString(CHECKOUT.resolve("README.md")));
        assertThat(walk.find()).isTrue();
        Files.createDirectories(folder.resolve(".wardroom"));
        Files.writeString(folder.resolve(".wardroom/admin-password"), STACK.administratorPassword() + "\n");
        await("this host's agent reports")
                .atMost(Duration.ofSeconds(60))
                .until(() -> OWNER.get("/api/v1/agents?status=online")
                                .json()
                                .get("total")
                                .asInt()
                        > 0);

        var builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", walk.group(1))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        builder.environment().put("WARDROOM_URL", SUITE.gateway().toString());
        var shell = builder.start();
        assertThat(shell.waitFor(60, TimeUnit.SECONDS)).as("the walk ends").isTrue();

        var said = Files.readString(folder.resolve("said"));
        assertThat(shell.exitValue()).as(said).isZero();
        assertThat(said).contains("\"role\":\"owner\"", "\"series\":[", "install_command", "\"action\":");
    }
}
