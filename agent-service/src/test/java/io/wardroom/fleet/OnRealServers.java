package io.wardroom.fleet;

import io.wardroom.common.event.Topics;
import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
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

    static final class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            createTopicsOfIngest();
            var settings = new HashMap<String, Object>(STACK.environmentOf("agent-service"));
            settings.putAll(STACK.newDatabase("agent-service").environment());
            settings.put("management.server.port", "0");
            // tests say themselves what time it is when agents and rules are judged
            settings.put("wardroom.agent.liveness.every", "1d");
            settings.put("wardroom.agent.alerts.every", "1d");
            settings.put("wardroom.agent.integrity.gather-ms", "200");
            // other runs leave their records on the same broker
            settings.put("spring.kafka.consumer.group-id", "agent-service-" + System.nanoTime());
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("servers", settings));
        }

        /// In the suite ingest-service declares what it writes.
        private static void createTopicsOfIngest() {
            try (var admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, STACK.kafka()))) {
                var topics = Stream.of(
                                Topics.TELEMETRY_METRICS,
                                Topics.TELEMETRY_LAYOUTS,
                                Topics.TELEMETRY_HEARTBEATS,
                                Topics.TELEMETRY_ALERTS,
                                Topics.TELEMETRY_INVENTORY,
                                Topics.TELEMETRY_SIGNALS,
                                Topics.TELEMETRY_SIGNALS + Topics.DEAD_LETTER_SUFFIX)
                        .map(name -> new NewTopic(name, 12, (short) 1))
                        .toList();
                for (var created : admin.createTopics(topics).values().values()) {
                    try {
                        created.get(30, TimeUnit.SECONDS);
                    } catch (ExecutionException refused) {
                        if (!(refused.getCause() instanceof TopicExistsException)) {
                            throw new IllegalStateException(refused);
                        }
                    }
                }
            } catch (InterruptedException | TimeoutException failed) {
                throw new IllegalStateException(failed);
            }
        }
    }
}
