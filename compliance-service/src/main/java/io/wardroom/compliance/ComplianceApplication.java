package io.wardroom.compliance;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication
@ConfigurationPropertiesScan
public class ComplianceApplication {
    static void main(String[] arguments) {
        SpringApplication.run(ComplianceApplication.class, arguments);
    }
}
