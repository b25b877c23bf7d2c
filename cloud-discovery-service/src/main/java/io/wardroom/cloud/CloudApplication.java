package io.wardroom.cloud;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication
@ConfigurationPropertiesScan
public class CloudApplication {
    static void main(String[] arguments) {
        SpringApplication.run(CloudApplication.class, arguments);
    }
}
