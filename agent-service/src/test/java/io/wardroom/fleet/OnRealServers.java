package io.wardroom.fleet;

import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
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

    static final class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            var settings = new HashMap<String, Object>(STACK.environmentOf("agent-service"));
            settings.putAll(STACK.newDatabase("agent-service").environment());
            settings.put("management.server.port", "0");
            // other runs leave their records on the same broker
            settings.put("spring.kafka.consumer.group-id", "agent-service-" + System.nanoTime());
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("servers", settings));
        }
    }
}
