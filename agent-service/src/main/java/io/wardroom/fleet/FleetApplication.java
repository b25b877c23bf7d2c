package io.wardroom.fleet;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication
@ConfigurationPropertiesScan
public class FleetApplication {
    static void main(String[] arguments) {
        SpringApplication.run(FleetApplication.class, arguments);
    }
}
