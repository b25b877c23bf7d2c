package io.wardroom.common;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.ClassPathResource;

/// Lays the settings all services share below everything a service or its operator sets.
final class WardroomDefaults implements EnvironmentPostProcessor {
    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        try {
            new YamlPropertySourceLoader()
                    .load("wardroom defaults", new ClassPathResource("wardroom-defaults.yaml"))
                    .forEach(environment.getPropertySources()::addLast);
        } catch (IOException broken) {
            throw new UncheckedIOException("wardroom-defaults.yaml is missing from common-lib", broken);
        }
        var endpoint = environment.getProperty("WARDROOM_OTLP_ENDPOINT", "");
        // traces leave only where an endpoint is given; without one nothing is sampled either
        Map<String, Object> tracing = endpoint.isBlank()
                ? Map.of(
                        "management.tracing.sampling.probability", "0.0",
                        "management.tracing.export.otlp.enabled", "false")
                : Map.of("management.opentelemetry.tracing.export.otlp.endpoint", endpoint);
        environment.getPropertySources().addLast(new MapPropertySource("wardroom tracing", tracing));
    }
}
