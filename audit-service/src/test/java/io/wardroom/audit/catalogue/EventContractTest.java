package io.wardroom.audit.catalogue;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.wardroom.common.event.contract.EventContract;
import io.wardroom.common.event.contract.EventContract.Event;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is promised of events is whole: each that is written anywhere, and samples that are what their schema says.
/// That records and readers keep to it is tested where they are.
class EventContractTest {
    private static final EventContract CONTRACT = EventContract.load();
    private static final Pattern TYPE = Pattern.compile("\"(io\\.wardroom\\.[a-z]+\\.[a-z]+\\.v\\d+)\"");

    @Test
    void everyTypeThatIsWrittenIsPromisedAndEveryPromisedOneWritten() throws Exception {
        var promised = CONTRACT.topics().stream()
                .flatMap(topic -> topic.events().stream())
                .map(Event::type)
                .toList();

        assertThat(promised).doesNotHaveDuplicates();
        assertThat(spelledInSources()).isEqualTo(Set.copyOf(promised));
    }

    @ParameterizedTest
    @MethodSource("inJson")
    void everySampleKeepsToItsSchema(Event event) {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(event.schema().toString(), InputFormat.JSON);

        for (var sample : event.samples()) {
            assertThat(schema.validate(new String(sample, StandardCharsets.UTF_8), InputFormat.JSON))
                    .as(event.type())
                    .isEmpty();
        }
    }

    static Stream<Event> inJson() {
        return CONTRACT.topics().stream()
                .flatMap(topic -> topic.events().stream())
                .filter(event -> event.schema() != null);
    }

    private static Set<String> spelledInSources() throws IOException {
        try (var modules = Files.list(TestStack.checkout())) {
            return modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .flatMap(EventContractTest::sources)
                    .flatMap(source -> TYPE.matcher(source).results().map(found -> found.group(1)))
                    .collect(toSet());
        }
    }

    private static Stream<String> sources(Path folder) {
        try (var files = Files.walk(folder)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .map(EventContractTest::read)
                    .toList()
                    .stream();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
