package io.wardroom.gateway;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.http.client.ReactorResourceFactory;

/// One more gateway beside that of the tests, on the same servers; it takes about ten seconds to start.
public final class OtherGateway implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private OtherGateway(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /// @param settings as environment variables
    public static OtherGateway with(Map<String, String> settings) {
        var environment = new HashMap<String, Object>(
                OnRealServers.STACK.newDatabase("gateway").environment());
        environment.putAll(settings);
        return new OtherGateway(new SpringApplicationBuilder(GatewayApplication.class)
                .initializers(
                        new OnRealServers.Servers(),
                        context -> context.getEnvironment()
                                .getPropertySources()
                                .addFirst(new SystemEnvironmentPropertySource("other-systemEnvironment", environment)),
                        context -> ((GenericApplicationContext) context)
                                .registerBean(ReactorResourceFactory.class, OtherGateway::ownThreads))
                .run());
    }

    public int port() {
        var server = ((ReactiveWebServerApplicationContext) context).getWebServer();
        return Objects.requireNonNull(server).getPort();
    }

    /// The same request, sent there.
    public HttpRequest.Builder at(HttpRequest.Builder request) {
        var built = request.build();
        return HttpRequest.newBuilder(built, (_, _) -> true)
                .uri(URI.create(
                        "http://127.0.0.1:%d%s".formatted(port(), built.uri().getPath())));
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }

    /// Those that all contexts share would end with the first of them.
    private static ReactorResourceFactory ownThreads() {
        var threads = new ReactorResourceFactory();
        threads.setUseGlobalResources(false);
        return threads;
    }
}
