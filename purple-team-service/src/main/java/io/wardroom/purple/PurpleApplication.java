package io.wardroom.purple;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication
@ConfigurationPropertiesScan
public class PurpleApplication {
    static void main(String[] arguments) {
        SpringApplication.run(PurpleApplication.class, arguments);
    }
}
