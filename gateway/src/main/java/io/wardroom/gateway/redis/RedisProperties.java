package io.wardroom.gateway.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param url     `redis://[user:password@]host:port`
/// @param timeout longest time for one command; then this replica counts alone
/// @param retry   how long Redis is left alone after it failed
@ConfigurationProperties("wardroom.gateway.redis")
public record RedisProperties(
        @DefaultValue("redis://127.0.0.1:16379") String url,
        @DefaultValue("500ms") Duration timeout,
        @DefaultValue("1s") Duration retry) {
    private static final int MOST_WAITING_COMMANDS = 10_000;

    public RedisURI uri() {
        var uri = RedisURI.create(url);
        uri.setTimeout(timeout);
        return uri;
    }

    /// While Redis is away commands are refused at once, not kept.
    public ClientOptions options() {
        return ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_WAITING_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
                .build();
    }
}
