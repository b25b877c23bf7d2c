package io.wardroom.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostFilesTest {
    @TempDir
    Path root;

    @Test
    void linesAreBoundedInLengthAndNumber() throws Exception {
        Files.writeString(root.resolve("f"), "a\n\n" + "x".repeat(50_000) + "\nlast");
        var files = new HostFiles(root);

        assertThat(files.lines("/f", 1 << 20))
                .hasSize(4)
                .startsWith("a", "")
                .endsWith("last")
                .element(2)
                .asString()
                .hasSize(16 << 10);
        assertThat(files.lines("/f", 3)).containsExactly("a", "");
        assertThat(files.lines("/f", 1)).containsExactly("a");
        assertThat(files.bytes("/f", 3).orElseThrow()).hasSize(3);
    }

    @Test
    void whatIsNotThereOrNoFileIsEmpty() throws Exception {
        Files.createDirectories(root.resolve("folder"));
        var files = new HostFiles(root);

        assertThat(files.text("/none", 10)).isEmpty();
        assertThat(files.text("/folder", 10)).isEmpty();
        assertThat(files.names("/none")).isEmpty();
        assertThat(files.lines("/none", 10, new ArrayList<String>()::add)).isFalse();
        assertThat(files.modified("/none")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mysqldump --password=hunter2 db | mysqldump --password=*** db",
                "app --api-key abc123 --port 80 | app --api-key *** --port 80",
                "curl -H 'Authorization: Bearer abcdefghijkl' x | curl -H 'Authorization: Bearer ***' x",
                "PGPASSWORD=geheim psql | PGPASSWORD=*** psql",
                "psql postgres://u:pw@h/db | psql postgres://***@h/db",
                "java -jar app.jar | java -jar app.jar",
                "x --token \"a b\" y | x --token *** y",
            })
    void commandLinesLoseTheirSecrets(String command, String shown) {
        assertThat(Masked.of(command)).isEqualTo(shown);
    }
}
