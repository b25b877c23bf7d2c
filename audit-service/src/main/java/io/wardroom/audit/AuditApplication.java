package io.wardroom.audit;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication
@ConfigurationPropertiesScan
public class AuditApplication {
    static void main(String[] arguments) {
        SpringApplication.run(AuditApplication.class, arguments);
    }
}
