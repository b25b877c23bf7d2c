package io.wardroom.gateway.session;

import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.local.Stack;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/// What the tests of sessions share.
abstract class OnSessions extends OnRealServers {
    static final UUID TENANT = UUID.randomUUID();
    static final String AGENTS = "/api/v1/agents";

    @Autowired
    SessionStore sessions;

    @Autowired
    Revocations revocations;

    @Autowired
    ReactiveJwtDecoder decoder;

    @Autowired
    ReactiveStringRedisTemplate redis;

    HttpResponse<String> logIn(Stack.User user) {
        return send(loginOf(user));
    }

    HttpRequest.Builder loginOf(Stack.User user) {
        return post(
                "/api/v1/auth/login",
                "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(user.username(), user.password()));
    }

    HttpResponse<String> refresh(String refreshToken) {
        return send(post("/api/v1/auth/refresh", "{\"refresh_token\":\"%s\"}".formatted(refreshToken)));
    }

    HttpRequest.Builder post(String path, String body) {
        return request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    HttpRequest.Builder bearing(String token, HttpRequest.Builder request) {
        return request.header("Authorization", "Bearer " + token);
    }

    static String accessToken(HttpResponse<String> answer) {
        return json(answer).get("access_token").asString();
    }

    static String refreshToken(HttpResponse<String> answer) {
        return json(answer).get("refresh_token").asString();
    }

    Jwt read(String token) {
        return decoder.decode(token).blockOptional().orElseThrow();
    }

    Session sessionOf(String accessToken) {
        return sessions.withSid(read(accessToken).getClaimAsString("sid"))
                .blockOptional()
                .orElseThrow();
    }

    /// As if the time had passed in which a spent token is answered with the same new ones.
    void forgetAnswers() {
        redis.delete(redis.keys("wardroom:once:*")).block(Duration.ofSeconds(10));
    }

    /// Agent-service answers whoever comes through.
    static void agentsAnswer() {
        UPSTREAM.answer(AGENTS, TestUpstream.json(200, "{\"items\":[]}"));
    }

    static String relayed() {
        return UPSTREAM.seenAt(AGENTS).getLast().header("Authorization");
    }

    List<HttpResponse<String>> atOnce(int times, Supplier<HttpRequest.Builder> request) throws Exception {
        var answers = new ArrayList<HttpResponse<String>>();
        Callable<HttpResponse<String>> call = () -> send(request.get());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(
                    IntStream.range(0, times).mapToObj(_ -> call).toList())) {
                answers.add(done.get());
            }
        }
        return answers;
    }
}
