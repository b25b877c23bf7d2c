package io.wardroom.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @TempDir
    Path folder;

    @Test
    void canariesAndProgramsAreOffUntilTheHostSaysOtherwise() throws Exception {
        var silent = load("hub_url = 'https://hub.example.org/'").config();
        var chosen = load("""
                hub_url = 'https://hub.example.org/'
                [honeypots]
                enabled = true
                [process_dna]
                enabled = true
                """);

        assertThat(silent.honeypots()).isFalse();
        assertThat(silent.processDna()).isFalse();
        assertThat(chosen.config().honeypots()).isTrue();
        assertThat(chosen.config().processDna()).isTrue();
        assertThat(chosen.warnings()).isEmpty();
        assertThatThrownBy(() -> load("hub_url = 'https://hub.example.org/'\n[honeypots]\nenabled = 'yes'"))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("honeypots.enabled");
    }

    @Test
    void aHubUrlAloneIsEnough() throws Exception {
        var loaded = load("hub_url = 'https://hub.example.org/'");

        var config = loaded.config();
        assertThat(config.hubUrl()).hasToString("https://hub.example.org");
        assertThat(config.collectInterval()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.inventoryInterval()).isEqualTo(Duration.ofHours(6));
        assertThat(config.spoolMaxBytes()).isEqualTo(64 << 20);
        assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/wardroom-agent"));
        assertThat(loaded.warnings()).isEmpty();
    }

    @Test
    void everyKeyIsRead() throws Exception {
        var config = load("""
            hub_url = "http://127.0.0.1:8000/api/v1"
            enrolment_token = "we_abc"
            data_dir = "/srv/agent"
            collect_interval = 10
            activity_interval = "0s"
            inventory_interval = "1d"
            inventory_check_interval = "2m"
            spool_max_bytes = "8MiB"
            hub_ca_file = "/etc/ca.pem"
            machine_id = "machine-0001"
            [labels]
            env = "prod"
            rack = 7
            """).config();

        assertThat(config.hubUrl().getPath()).isIn("", "/");
        assertThat(config.currentEnrolmentToken()).contains(new Secret("we_abc"));
        assertThat(config.dataDir()).isEqualTo(Path.of("/srv/agent"));
        assertThat(config.collectInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.activityInterval()).isZero();
        assertThat(config.inventoryInterval()).isEqualTo(Duration.ofDays(1));
        assertThat(config.inventoryCheckInterval()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.spoolMaxBytes()).isEqualTo(8 << 20);
        assertThat(config.hubCaFile()).contains(Path.of("/etc/ca.pem"));
        assertThat(config.machineId()).contains("machine-0001");
        assertThat(config.labels()).containsOnly(Map.entry("env", "prod"), Map.entry("rack", "7"));
    }

    @Test
    void theExampleInTheTreeIsValidAndNamesNoUnknownKey() throws Exception {
        var loaded = ConfigFile.load(Path.of("agent.example.toml"), Map.of());

        assertThat(loaded.warnings()).isEmpty();
    }

    @Test
    void theEnvironmentWinsOverTheDataDir() throws Exception {
        var file = write("hub_url = 'http://localhost:1'\ndata_dir = '/one'");

        var config =
                ConfigFile.load(file, Map.of("WARDROOM_AGENT_DATA_DIR", "/two")).config();

        assertThat(config.dataDir()).isEqualTo(Path.of("/two"));
    }

    @Test
    void unknownKeysAreNamedInOneWarning() throws Exception {
        var loaded = load("hub_url = 'https://h'\ncolect_interval = '5s'\n[extra]\na = 1");

        assertThat(loaded.warnings()).singleElement().asString().contains("colect_interval", "extra");
    }

    @Test
    void plainHttpToAnotherHostIsWarnedAbout() throws Exception {
        assertThat(load("hub_url = 'http://hub.example.org'").warnings())
                .singleElement()
                .asString()
                .contains("plain http");
        assertThat(load("hub_url = 'http://127.0.0.1:8000'").warnings()).isEmpty();
    }

    @Test
    void theTokenFileIsReadAnewEachTime() throws Exception {
        var token = folder.resolve("token");
        var config = load("hub_url = 'https://h'\nenrolment_token_file = '%s'".formatted(token))
                .config();

        assertThat(config.currentEnrolmentToken()).isEmpty();
        Files.writeString(token, "we_one\n");
        assertThat(config.currentEnrolmentToken()).contains(new Secret("we_one"));
        Files.writeString(token, "we_two\n");
        assertThat(config.currentEnrolmentToken()).contains(new Secret("we_two"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | hub_url is missing",
                "hub_url = 5 | hub_url must be a text",
                "hub_url = 'ftp://x' | hub_url must be http",
                "hub_url = 'http://user:pw@x' | must not hold a user",
                "hub_url = 'http://a b' | is no address",
                "hub_url = | is no valid TOML",
                "hub_url = 'https://h'; collect_interval = '0s' | collect_interval must lie",
                "hub_url = 'https://h'; collect_interval = 'soon' | collect_interval is no duration",
                "hub_url = 'https://h'; collect_interval = true | collect_interval must be a duration",
                "hub_url = 'https://h'; inventory_interval = 99999999999 | inventory_interval must lie",
                "hub_url = 'https://h'; spool_max_bytes = 5 | spool_max_bytes must lie",
                "hub_url = 'https://h'; spool_max_bytes = 'lots' | spool_max_bytes is no size",
                "hub_url = 'https://h'; spool_max_bytes = '999999999999GiB' | spool_max_bytes must lie",
                "hub_url = 'https://h'; machine_id = 'a b' | machine_id must be",
                "hub_url = 'https://h'; labels = 'x' | labels must be a table",
                "hub_url = 'https://h'; labels = {a = [1]} | labels.a must be",
            })
    void aWrongValueIsOneSentenceThatNamesIt(String lines, String said) {
        assertThatThrownBy(() -> load(lines.replace("; ", "\n")))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining(said)
                .satisfies(problem -> assertThat(problem.getMessage()).doesNotContain("\n"));
    }

    @Test
    void aTokenThatCouldStandInNoHeaderIsRefused() throws Exception {
        assertThatThrownBy(() -> load("hub_url = 'https://h'\nenrolment_token = 'we_a b'"))
                .hasMessageContaining("enrolment_token is no token")
                .hasMessageNotContaining("we_a b");
        var token = Files.writeString(folder.resolve("token"), "we_one\nwe_two");
        var config = load("hub_url = 'https://h'\nenrolment_token_file = '%s'".formatted(token))
                .config();
        assertThatThrownBy(config::currentEnrolmentToken).hasMessageEndingWith("holds no token");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> ConfigFile.load(folder.resolve("none.toml"), Map.of()))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining("none.toml");
    }

    @Test
    void aSecretDoesNotShowItself() throws Exception {
        var config = load("hub_url = 'https://h'\nenrolment_token = 'we_very-secret'")
                .config();

        assertThat(config.toString()).doesNotContain("very-secret");
    }

    private ConfigFile.Loaded load(String text) throws Exception {
        return ConfigFile.load(write(text), Map.of());
    }

    private Path write(String text) throws Exception {
        return Files.writeString(folder.resolve("agent.toml"), text);
    }
}
