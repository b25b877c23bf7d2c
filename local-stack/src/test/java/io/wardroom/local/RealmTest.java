package io.wardroom.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Who may log somebody in by less than name and password.
class RealmTest {
    @Test
    void onlyTheGatewaysClientsHaveFlowsOfTheirOwn() throws IOException {
        var realm = realm();
        var flows = realm.get("authenticationFlows")
                .valueStream()
                .filter(flow -> flow.has("id"))
                .collect(Collectors.toMap(flow -> flow.get("id").asString(), flow -> flow.get("alias")
                        .asString()));

        var bound = realm.get("clients")
                .valueStream()
                .filter(client -> client.has("authenticationFlowBindingOverrides"))
                .collect(Collectors.toMap(
                        client -> client.get("clientId").asString(),
                        client -> flows.get(client.get("authenticationFlowBindingOverrides")
                                .iterator()
                                .next()
                                .asString())));

        assertThat(bound)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "gateway-pw", "wardroom-password-only",
                        "gateway-otp", "wardroom-otp-only",
                        "gateway-recovery", "wardroom-username-only",
                        "gateway-key", "wardroom-username-only",
                        "gateway-web", "wardroom-browser"));
    }

    @Test
    void noClientIsPublicAndNoneHasTwoWaysIn() throws IOException {
        assertThat(realm().get("clients").valueStream()).isNotEmpty().allSatisfy(client -> {
            assertThat(client.get("publicClient").asBoolean()).isFalse();
            assertThat(client.get("standardFlowEnabled").asBoolean()
                            && client.get("directAccessGrantsEnabled").asBoolean())
                    .isFalse();
            assertThat(client.path("implicitFlowEnabled").asBoolean(false)).isFalse();
        });
    }

    private static JsonNode realm() throws IOException {
        try (InputStream in = Objects.requireNonNull(RealmTest.class.getResourceAsStream("realm.json"))) {
            return JsonMapper.shared().readTree(in);
        }
    }
}
