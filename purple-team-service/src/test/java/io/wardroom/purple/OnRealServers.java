package io.wardroom.purple;

import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfiguration;

/// The whole service on the real servers, with a database of its own; one context for all classes that extend this.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = OnRealServers.Servers.class)
public abstract class OnRealServers {
    protected static final Stack STACK = TestStack.shared();

    /// Where the service reads bundles; tests put theirs there.
    protected static final Path IMPORTS = temporary();

    static final class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            var settings = new HashMap<String, Object>(STACK.environmentOf("purple-team-service"));
            settings.putAll(STACK.newDatabase("purple-team-service").environment());
            settings.put("management.server.port", "0");
            // other runs leave their records on the same broker
            settings.put("spring.kafka.consumer.group-id", "purple-team-service-" + System.nanoTime());
            settings.put("wardroom.purple.catalogue.import-dir", IMPORTS.toString());
            // tests read what they want, when they want it
            settings.put("wardroom.purple.catalogue.at-start", "false");
            settings.put("spring.servlet.multipart.max-file-size", "1MB");
            settings.put("wardroom.purple.template.import-dir", IMPORTS.toString());
            settings.put("wardroom.purple.template.at-start", "false");
            settings.put("wardroom.purple.template.atomic-address", "");
            settings.put("wardroom.purple.template.caldera-address", "");
            settings.put("wardroom.purple.intel.import-dir", IMPORTS.toString());
            settings.put("wardroom.purple.intel.by-the-clock", "false");
            settings.put("wardroom.purple.intel.kev-address", "file:kev.json");
            settings.put("wardroom.purple.intel.mapping-address", "");
            settings.put("wardroom.purple.intel.feeds.press", "file:press.xml");
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("servers", settings));
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("wardroom-imports");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
