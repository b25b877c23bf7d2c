package io.wardroom.gateway.session;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SessionConfiguration {
    private static final int MOST_WAITING_COMMANDS = 10_000;

    /// While Redis is away its callers are told at once.
    @Bean
    LettuceClientOptionsBuilderCustomizer noWaitingForRedis() {
        return options -> options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_WAITING_COMMANDS);
    }
}
