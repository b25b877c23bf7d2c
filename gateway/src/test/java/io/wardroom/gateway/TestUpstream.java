package io.wardroom.gateway;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/// A real HTTP server that stands where the services stand, keeps what it was asked and answers as a test tells it.
public final class TestUpstream {
    /// What arrived.
    public record Seen(String method, String uri, Map<String, List<String>> headers, byte[] body) {
        public Seen {
            headers = Map.copyOf(headers);
        }

        public String header(String name) {
            return String.join(",", headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of()));
        }

        public boolean has(String name) {
            return headers.containsKey(name.toLowerCase(java.util.Locale.ROOT));
        }
    }

    /// How a path is answered.
    @FunctionalInterface
    public interface Answer {
        Publisher<Void> to(Seen seen, HttpServerResponse response);
    }

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Map<String, Queue<Seen>> seen = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private DisposableServer server;

    private TestUpstream() {}

    public static TestUpstream start() {
        var upstream = new TestUpstream();
        upstream.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .doOnConnection(_ -> upstream.connections.incrementAndGet())
                .handle(upstream::handle)
                .bindNow(Duration.ofSeconds(10));
        return upstream;
    }

    public String url() {
        return "http://127.0.0.1:" + server.port();
    }

    public void stop() {
        server.disposeNow(Duration.ofSeconds(5));
    }

    /// Answers one path from now on; every other path answers 404 as a service does.
    public void answer(String path, Answer answer) {
        answers.put(path, answer);
        seen.remove(path);
    }

    public static Answer json(int status, String body) {
        return (_, response) -> response.status(status)
                .header("Content-Type", "application/json")
                .header("Content-Length", String.valueOf(body.length()))
                .sendString(Mono.just(body));
    }

    /// What arrived at a path, in order.
    public List<Seen> seenAt(String path) {
        return List.copyOf(seen.getOrDefault(path, new ConcurrentLinkedQueue<>()));
    }

    public int connections() {
        return connections.get();
    }

    private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        var path = "/" + request.path();
        if ("websocket".equalsIgnoreCase(request.requestHeaders().get("Upgrade"))) {
            return response.sendWebsocket((in, out) -> out.sendString(Flux.concat(
                    Mono.just(request.uri()), in.receive().asString().map(text -> "echo " + text))));
        }
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> {
                    var arrived = new Seen(request.method().name(), request.uri(), headersOf(request), body);
                    seen.computeIfAbsent(path, _ -> new ConcurrentLinkedQueue<>())
                            .add(arrived);
                    var answer = answers.getOrDefault(
                            path, json(404, "{\"detail\":\"no such route\",\"code\":\"ROUTE_NOT_FOUND\"}"));
                    return Mono.from(answer.to(arrived, response));
                });
    }

    private static Map<String, List<String>> headersOf(HttpServerRequest request) {
        var headers = new TreeMap<String, List<String>>();
        request.requestHeaders()
                .names()
                .forEach(name -> headers.put(
                        name.toLowerCase(java.util.Locale.ROOT),
                        request.requestHeaders().getAll(name)));
        return headers;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
