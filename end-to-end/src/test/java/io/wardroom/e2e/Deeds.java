package io.wardroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Calls routes, each call under a request id of its own, and knows which rows the audit log must have of them.
final class Deeds {
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");
    private static final AtomicInteger CLIENTS = new AtomicInteger();
    private static final int PAGE = 100;

    private final Instant begin = Instant.now().minusSeconds(1);
    private final Map<String, Expected> expected = new LinkedHashMap<>();
    private final Set<String> succeeded = new HashSet<>();
    private final Set<String> refused = new HashSet<>();

    /// @param call    what was called, by whom, with which answer
    /// @param outcome `success` or `refused`, as the log spells it
    private record Expected(String call, String outcome) {}

    /// Somebody does something, which must succeed and be on record.
    ///
    /// @param template the route's path, as it is documented
    /// @param body     written as JSON; null for none
    /// @param ids      what stands for the path's parameters, and a query behind them
    Answer does(Person who, String method, String template, Object body, String... ids) {
        var answer = call(who, method, template, body, "success", ids);
        assertThat(answer.status())
                .as("%s %s: %s", method, template, answer.text())
                .isBetween(200, 299);
        succeeded.add(Route.shape(method, template));
        return answer;
    }

    /// Somebody tries something, which must be refused and be on record.
    Answer isRefused(Person who, String method, String template, Object body, String... ids) {
        return judgeRefused(method, template, call(who, method, template, body, "refused", ids));
    }

    /// Somebody tries something that is refused without their being told.
    Answer isSilentlyRefused(Person who, String method, String template, Object body) {
        var answer = call(who, method, template, body, "refused");
        refused.add(Route.shape(method, template));
        return answer;
    }

    /// As [#does(Person, String, String, Object, String...)], with a body that is no JSON.
    Answer does(Person who, String method, String template, String contentType, byte[] body, String... ids) {
        var answer = call(who, method, template, contentType, body, "success", ids);
        assertThat(answer.status())
                .as("%s %s: %s", method, template, answer.text())
                .isBetween(200, 299);
        succeeded.add(Route.shape(method, template));
        return answer;
    }

    /// As [#isRefused(Person, String, String, Object, String...)], with a body that is no JSON.
    Answer isRefused(Person who, String method, String template, String contentType, byte[] body, String... ids) {
        return judgeRefused(method, template, call(who, method, template, contentType, body, "refused", ids));
    }

    private Answer judgeRefused(String method, String template, Answer answer) {
        assertThat(answer.status())
                .as("%s %s: %s", method, template, answer.text())
                .isBetween(400, 499)
                .isNotEqualTo(429);
        refused.add(Route.shape(method, template));
        return answer;
    }

    Set<String> succeeded() {
        return Set.copyOf(succeeded);
    }

    Set<String> refused() {
        return Set.copyOf(refused);
    }

    /// What is not on record of what was called.
    ///
    /// @param reader sees the tenant's log and the installation's own
    Set<String> missing(Person reader) {
        var rows = new HashMap<String, Set<String>>();
        for (var cursor = Optional.of(""); cursor.isPresent(); ) {
            var page = reader.get("/api/v1/audit-logs?limit=%d&start_date=%s%s".formatted(PAGE, begin, cursor.get()))
                    .expect(200)
                    .json();
            page.get("items")
                    .forEach(row -> rows.computeIfAbsent(row.path("request_id").asString(""), _ -> new HashSet<>())
                            .add(row.get("outcome").asString()));
            var next = page.get("next_cursor");
            cursor = next == null || next.isNull() ? Optional.empty() : Optional.of("&cursor=" + next.asString());
        }
        var missing = new LinkedHashSet<String>();
        expected.forEach((id, call) -> {
            if (!rows.getOrDefault(id, Set.of()).contains(call.outcome())) {
                missing.add("%s: no row of a %s, but %s".formatted(call.call(), call.outcome(), rows.get(id)));
            }
        });
        return missing;
    }

    private Answer call(Person who, String method, String template, Object body, String outcome, String... ids) {
        var json = body == null ? null : Answer.JSON.writeValueAsBytes(body);
        return call(who, method, template, "application/json", json, outcome, ids);
    }

    private Answer call(
            Person who,
            String method,
            String template,
            String contentType,
            byte[] body,
            String outcome,
            String... ids) {
        var id = UUID.randomUUID().toString();
        var number = CLIENTS.incrementAndGet();
        var headers = new HashMap<>(Map.of(
                "X-Request-Id",
                id,
                // each call comes from an address of its own
                "X-Forwarded-For",
                "10.8.%d.%d".formatted(number / 250, number % 250 + 1)));
        if (who != null) {
            headers.put("Authorization", "Bearer " + who.token());
        }
        if (body != null) {
            headers.put("Content-Type", contentType);
        }
        var path = template;
        var query = "";
        for (var value : ids) {
            if (value.startsWith("?")) {
                query = value;
            } else {
                path = PARAMETER.matcher(path).replaceFirst(Matcher.quoteReplacement(value));
            }
        }
        var answer = Http.send(method, TheSuite.SUITE.gateway().resolve(path + query), headers, body);
        expected.put(id, new Expected("%s %s (%d)".formatted(method, template, answer.status()), outcome));
        return answer;
    }

    /// A form with one file, as browsers send it.
    static byte[] form(String boundary, String fileName, String content) {
        return "--%1$s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%2$s\"\r\nContent-Type: text/plain\r\n\r\n%3$s\r\n--%1$s--\r\n"
                .formatted(boundary, fileName, content)
                .getBytes(StandardCharsets.UTF_8);
    }
}
