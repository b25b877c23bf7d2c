package io.wardroom.gateway.limit;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param url     `redis://[user:password@]host:port`
/// @param timeout longest time for one count; then this replica counts alone
/// @param retry   how long Redis is left alone after it failed
@ConfigurationProperties("wardroom.gateway.redis")
record RedisProperties(
        @DefaultValue("redis://127.0.0.1:16379") String url,
        @DefaultValue("500ms") Duration timeout,
        @DefaultValue("1s") Duration retry) {}
