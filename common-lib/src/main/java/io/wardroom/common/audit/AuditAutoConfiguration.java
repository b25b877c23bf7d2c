package io.wardroom.common.audit;

import static org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type.SERVLET;

import io.wardroom.common.event.EventOutbox;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/// Gives services that publish events their audit trail.
@AutoConfiguration(afterName = "io.wardroom.common.event.EventAutoConfiguration")
class AuditAutoConfiguration {
    @Bean
    @ConditionalOnBean(EventOutbox.class)
    AuditTrail auditTrail(EventOutbox outbox, Clock clock) {
        return new AuditTrail(outbox, clock);
    }

    @Bean
    @ConditionalOnBean(AuditTrail.class)
    @ConditionalOnWebApplication(type = SERVLET)
    RefusedAccess refusedAccess(AuditTrail audit, PlatformTransactionManager transactions) {
        return new RefusedAccess(audit, transactions);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = SERVLET)
    static class Callers {
        @Bean
        WebMvcConfigurer callerArguments() {
            return new WebMvcConfigurer() {
                @Override
                public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                    resolvers.add(new CallerArgumentResolver());
                }
            };
        }
    }
}
