package io.wardroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.local.Stack.User;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/// What the tests of people share: requests as somebody, mails, and the audit log.
public abstract class OnPeople extends OnRealServers {
    private static final Pattern TOKEN = Pattern.compile("#([A-Za-z0-9_-]{43})");

    protected static String unique(String beginning) {
        return beginning + "-" + UUID.randomUUID().toString().substring(0, 13);
    }

    protected static String emailOf(User user) {
        return user.username() + "@wardroom.local";
    }

    protected HttpResponse<String> get(User as, String path) {
        return send(request(path).header("Authorization", "Bearer " + STACK.accessToken(as)));
    }

    protected HttpResponse<String> post(User as, String path, Map<String, ?> body) {
        return write(STACK.accessToken(as), "POST", path, body);
    }

    protected HttpResponse<String> patch(User as, Object id, Map<String, ?> body) {
        return write(STACK.accessToken(as), "PATCH", "/api/v1/users/" + id, body);
    }

    protected HttpResponse<String> write(String token, String method, String path, Map<String, ?> body) {
        return send(request(path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    protected HttpResponse<String> post(String path, Map<String, ?> body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    protected HttpResponse<String> logIn(String username, String password) {
        return post("/api/v1/auth/login", Map.of("username", username, "password", password));
    }

    /// 400, and the field at fault.
    protected static void isInvalid(HttpResponse<String> answer, String field) {
        isError(answer, 400, "VALIDATION_ERROR");
        assertThat(json(answer).get("errors").findValuesAsString("field")).contains(field);
    }

    /// The token in the newest of at least `count` mails to that address, once they are there.
    protected static String mailedToken(String to, int count) {
        var mails = await("mail to " + to)
                .atMost(Duration.ofSeconds(30))
                .until(() -> STACK.mails(to), found -> found.size() >= count);
        var found = TOKEN.matcher(mails.getFirst().text());
        assertThat(found.find()).as(mails.getFirst().text()).isTrue();
        return found.group(1);
    }

    /// All at the same time.
    protected static <T> List<T> atOnce(List<Callable<T>> calls) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<T>();
            for (var done : threads.invokeAll(calls)) {
                answers.add(done.get());
            }
            return answers;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
