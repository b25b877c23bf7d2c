package io.wardroom.gateway.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.route.Access;
import io.wardroom.gateway.route.Route;
import io.wardroom.gateway.route.Service;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

class ScopeTest {
    @ParameterizedTest
    @CsvSource({
        "read, fleet:read, true",
        "read, fleet:write, false",
        "write, fleet:read, true",
        "write, fleet:write, true",
        "fleet:read, fleet:read, true",
        "fleet:read, fleet:write, false",
        "fleet:write, fleet:read, true",
        "fleet:write, cloud:read, false",
        "users:write, users:write, true"
    })
    void aScopeCoversWhatItNames(String held, String needed, boolean covered) {
        assertThat(scope(held).covers(scope(needed))).isEqualTo(covered);
        assertThat(scope(held).spelled()).isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "admin", "READ", "fleet", "fleet:", ":read", "fleet:admin", "moon:read", "fleet:read "})
    void whatIsNoScopeIsNone(String text) {
        assertThat(Scope.of(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/agents/**, AGENT, fleet:read",
        "POST, /api/v1/agents/**, AGENT, fleet:write",
        "HEAD, /api/v1/cloud/**, CLOUD, cloud:read",
        "GET, /api/v1/console/**, CONSOLE, console:read",
        "DELETE, /api/v1/tests/**, PURPLE, purple:write",
        "GET, /api/v1/compliance/**, COMPLIANCE, compliance:read",
        "PUT, /api/v1/webhooks/**, AUDIT, audit:write",
        "GET, /api/v1/users/**, GATEWAY, users:read",
        "POST, /api/v1/invitations/**, GATEWAY, users:write",
        "GET, /api/v1/tenants/**, GATEWAY, users:read"
    })
    void aRouteNeedsTheScopeOfItsOwner(HttpMethod method, String path, Service service, String needed) {
        var request = MockServerHttpRequest.method(method, "/api/v1/anything").build();

        assertThat(Need.of(route(path, service), request)).isEqualTo(new Need.In(scope(needed)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/auth/**", "/api/v1/api-keys/**", "/api/v1/anything-new/**"})
    void whatElseTheGatewayDoesAsksForAPerson(String path) {
        var request = MockServerHttpRequest.get("/api/v1/anything").build();

        assertThat(Need.of(route(path, Service.GATEWAY), request)).isEqualTo(new Need.APerson());
    }

    @Test
    void anyKeyMayAskWhoItIs() {
        var request = MockServerHttpRequest.get("/api/v1/auth/me").build();

        assertThat(Need.of(route("/api/v1/auth/**", Service.GATEWAY), request)).isEqualTo(new Need.Nothing());
    }

    @Test
    void aWebSocketIsMoreThanReading() {
        var request = MockServerHttpRequest.get("/ws/console/1")
                .header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .build();

        assertThat(Need.of(route("/ws/console/**", Service.CONSOLE), request))
                .isEqualTo(new Need.In(scope("console:write")));
    }

    private static Scope scope(String text) {
        return Scope.of(text).orElseThrow();
    }

    private static Route route(String path, Service service) {
        return new Route(path, Set.of(), service, Access.USER, false);
    }
}
