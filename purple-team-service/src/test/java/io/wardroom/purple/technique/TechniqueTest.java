package io.wardroom.purple.technique;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

class TechniqueTest extends OnRealServers {
    private final TenantId tenant = new TenantId(UuidV7.next());

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    private Calls calls;
    private String admin;

    @BeforeEach
    void aTenant() {
        calls = new Calls(port, json);
        admin = token("admin");
    }

    @Test
    void aTechniqueOfTheTenantsOwnIsListedAndShown() {
        var created = calls.send(
                "POST",
                "/techniques",
                admin,
                Map.of(
                        "mitre_id", "OWN-1",
                        "name", "Lift answers",
                        "tactic", "execution",
                        "platforms", List.of("Windows", " Linux ")));

        assertThat(created.status()).as(created.raw()).isEqualTo(201);
        var item = calls.get("/techniques?search=OWN-1", token("viewer"))
                .ok()
                .body()
                .get(0);
        assertThat(item.get("id")).isEqualTo(created.at("/id"));
        assertThat(item.get("tactic").asString()).isEqualTo("execution");
        assertThat(item.get("status_global").asString()).isEqualTo("not_evaluated");
        assertThat(item.get("platforms")).isEqualTo(json.valueToTree(List.of("windows", "linux")));
        var shown = calls.get("/techniques/OWN-1", admin).ok().body();
        assertThat(shown).isEqualTo(created.body());
        assertThat(shown.get("tests")).isEmpty();
    }

    private String token(String role) {
        return STACK.accessToken(STACK.newUser(tenant.value(), role));
    }
}
