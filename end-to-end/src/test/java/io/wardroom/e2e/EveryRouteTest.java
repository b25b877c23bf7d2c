package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.local.Stack.User;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/// Walks every route of the catalogue as everybody: with no credential, as an agent, and as a person of each role.
class EveryRouteTest {
    private static final UUID TENANT = UUID.randomUUID();
    private static final AtomicInteger CLIENTS = new AtomicInteger();
    private static final int PAGE = 100;

    /// @param token shown as `Bearer`; empty for none
    private record Caller(String name, String role, boolean platformAdministrator, User user, String token) {
        static Caller of(String role, String... more) {
            var user = STACK.newUser(
                    TENANT, Stream.concat(Stream.of(role), Stream.of(more)).toArray(String[]::new));
            return new Caller(
                    String.join(" and ", user.roles()),
                    role,
                    user.roles().contains("platform_admin"),
                    user,
                    STACK.accessToken(user));
        }

        /// With a token that may be lost.
        Caller again() {
            return new Caller(name, role, platformAdministrator, user, STACK.accessToken(user));
        }
    }

    @Test
    void everyRouteLetsInWhomItsRowNamesAndNobodyElse() throws Exception {
        var catalogue = Route.catalogue();
        var built = documented();
        var people = Stream.concat(
                        Stream.of("owner", "admin", "red_lead", "blue_lead", "red_tech", "blue_tech", "viewer")
                                .map(Caller::of),
                        Stream.of(Caller.of("viewer", "platform_admin")))
                .toList();
        var agent = VirtualAgent.registered(OWNER).token;
        var refusedWrites = new HashMap<String, String>();
        var said = new SoftAssertions();

        for (var route : catalogue) {
            var isBuilt = built.contains(route.shape());
            asAnonymous(route, isBuilt, said);
            asAgent(route, isBuilt, agent, said);
            if (!route.isPublic()) {
                for (var person : isBuilt ? people : people.subList(0, 1)) {
                    asPerson(route, isBuilt, person, refusedWrites, said);
                }
            }
        }

        said.assertAll();
        assertThat(refusedWrites).isNotEmpty();
        var owner = new Person(people.getFirst().token());
        await("every refused write on record").atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var missing = new HashMap<>(refusedWrites);
            missing.keySet().removeAll(refusedRequests(owner));
            assertThat(missing).isEmpty();
        });
    }

    @Test
    void theCatalogueHasEveryDocumentedRoute() throws Exception {
        assertThat(documented())
                .isNotEmpty()
                .isSubsetOf(Route.catalogue().stream().map(Route::shape).toList());
    }

    private static void asAnonymous(Route route, boolean isBuilt, SoftAssertions said) {
        var answer = call(route, "", "{}");

        if (route.isPublic() && isBuilt) {
            isLetIn(route, true, "nobody", answer, said);
        } else if (route.isPublic()) {
            // a page outside the document, or a route to come: its owner may not know yet that it is public
            said.assertThat(answer.status()).as("%s: %s", route, answer.text()).isLessThan(500);
        } else {
            isError(route, "nobody", answer, 401, said);
        }
    }

    private static void asAgent(Route route, boolean isBuilt, String token, SoftAssertions said) {
        var answer = call(route, token, "{}");

        if (route.isForMachines() && !isBuilt) {
            // its owner may not know agents' tokens yet
            said.assertThat(answer.status())
                    .as("%s as agent: %s", route, answer.text())
                    .isIn(401, 404, 405);
        } else if (route.isForMachines()) {
            // it signed nothing, which has an answer of its own
            said.assertThat(answer.status())
                    .as("%s as agent: %s", route, answer.text())
                    .isNotEqualTo(401)
                    .isLessThan(500);
        } else if (!route.isPublic()) {
            isError(route, "agent", answer, 401, said);
        }
    }

    private static void asPerson(
            Route route, boolean isBuilt, Caller person, Map<String, String> refusedWrites, SoftAssertions said) {
        if (route.isForMachines()) {
            isError(route, person.name(), call(route, person.token(), "{}"), 401, said);
            return;
        }
        var caller = route.path().endsWith("/logout") ? person.again() : person;
        var verdict = isBuilt ? route.verdict(caller.role(), caller.platformAdministrator()) : Route.Verdict.LET_IN;
        switch (verdict) {
            case LET_IN -> isLetIn(route, isBuilt, caller.name(), call(route, caller.token(), "{}"), said);
            case EITHER ->
                said.assertThat(call(route, caller.token(), "{}").status())
                        .as("%s as %s", route, caller.name())
                        .isNotEqualTo(401)
                        .isLessThan(500);
            case REFUSED -> {
                // whoever may not write at all is not told what is wrong with the body
                var answer = call(route, caller.token(), "nonsense");
                isError(route, caller.name(), answer, 403, said);
                if (route.writes()) {
                    refusedWrites.put(
                            answer.headers().firstValue("X-Request-Id").orElseThrow(),
                            route.shape() + " as " + caller.name());
                }
            }
        }
    }

    private static void isLetIn(Route route, boolean isBuilt, String who, Answer answer, SoftAssertions said) {
        var told = "%s as %s: %d %s".formatted(route, who, answer.status(), answer.text());
        if (isBuilt) {
            said.assertThat(answer.status()).as(told).isLessThan(500).isNotIn(401, 403, 405, 429);
            said.assertThat(answer.text()).as(told).doesNotContain("ROUTE_NOT_FOUND");
        } else {
            // another method of the same path may be there
            said.assertThat(answer.status()).as(told).isIn(404, 405);
        }
    }

    private static void isError(Route route, String who, Answer answer, int status, SoftAssertions said) {
        var told = "%s as %s: %d %s".formatted(route, who, answer.status(), answer.text());
        said.assertThat(answer.status()).as(told).isEqualTo(status);
        said.assertThat(answer.text()).as(told).contains("\"detail\"", "\"code\"");
    }

    /// Each call comes from an address of its own.
    private static Answer call(Route route, String token, String body) {
        var number = CLIENTS.incrementAndGet();
        var headers = new HashMap<>(
                Map.of("X-Forwarded-For", "10.9.%d.%d".formatted(number / 250, number % 250 + 1), "Accept", "*/*"));
        if (!token.isEmpty()) {
            headers.put("Authorization", "Bearer " + token);
        }
        var isSent = route.writes() && !route.method().equals("DELETE");
        if (isSent) {
            headers.put("Content-Type", route.takesFile() ? "multipart/form-data; boundary=walk" : "application/json");
        }
        try {
            return Http.send(
                    route.method(),
                    SUITE.gateway().resolve(route.filled()),
                    headers,
                    isSent
                            ? route.takesFile()
                                    ? Deeds.form("walk", "walk.txt", body)
                                    : body.getBytes(StandardCharsets.UTF_8)
                            : null);
        } catch (UncheckedIOException unanswered) {
            throw new AssertionError("no answer from %s %s".formatted(route.method(), route.path()), unanswered);
        }
    }

    private static Set<String> documented() {
        var routes = new HashSet<String>();
        Http.send("GET", SUITE.gateway().resolve("/openapi.json"), Map.of(), null)
                .expect(200)
                .json()
                .get("paths")
                .forEachEntry((path, methods) -> methods.forEachEntry(
                        (method, _) -> routes.add(Route.shape(method.toUpperCase(Locale.ROOT), path))));
        return routes;
    }

    /// The ids of the requests that the tenant's audit log tells as refused.
    private static Set<String> refusedRequests(Person owner) {
        var found = new ArrayList<String>();
        for (int offset = 0, total = 1; offset < total; offset += PAGE) {
            var page = owner.get("/api/v1/audit-logs?limit=%d&offset=%d".formatted(PAGE, offset))
                    .expect(200)
                    .json();
            total = page.get("total").asInt();
            page.get("items")
                    .valueStream()
                    .filter(row -> row.get("outcome").asString().equals("refused"))
                    .forEach(row -> found.add(row.path("request_id").asString("")));
        }
        return Set.copyOf(found);
    }
}
