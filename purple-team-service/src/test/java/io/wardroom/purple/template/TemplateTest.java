package io.wardroom.purple.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wardroom.common.security.Role;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

class TemplateTest extends OnRealServers {
    private static final Path DATA = Path.of("..", "..", "shared", "data");

    private final People people = new People(STACK);

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    @Autowired
    private TemplateImport templates;

    private Calls calls;

    @BeforeEach
    void aCaller() {
        calls = new Calls(port, json);
    }

    @Test
    void theCollectionsAreReadOnceAndAgainWithoutAChange() throws IOException {
        given("atomics", "atomics.tar.gz");
        given("caldera", "stockpile.tar.gz");

        assertThat(templates.read(Collection.ATOMIC_RED_TEAM)).hasValueSatisfying(result -> {
            assertThat(result.read()).isEqualTo(1_819);
            assertThat(result.added()).isBetween(0, 1_819);
            assertThat(result.skipped()).isZero();
        });
        var again = templates.read(Collection.ATOMIC_RED_TEAM).orElseThrow();
        assertThat(again.added()).isZero();
        assertThat(again.changed()).isZero();
        assertThat(again.gone()).isZero();
        var caldera = templates.read(Collection.CALDERA).orElseThrow();
        assertThat(caldera.read()).isGreaterThan(150);
        assertThat(caldera.skipped()).isZero();

        var viewer = people.token(Role.VIEWER);
        var of = "/test-templates?source=atomic_red_team&limit=1";
        assertThat(total(of)).isEqualTo(1_819);
        assertThat(total(of + "&platform=Windows")).isEqualTo(1_225);
        assertThat(total(of + "&platform=macos")).isEqualTo(252);
        assertThat(total(of + "&mitre_technique_id=T1001.002")).isPositive();
        assertThat(total(of + "&search=steganographic")).isPositive();
        assertThat(total(of + "&severity=low")
                        + total(of + "&severity=medium")
                        + total(of + "&severity=high")
                        + total(of + "&severity=critical"))
                .isEqualTo(1_819);
        assertThat(total(of + "&is_active=false")).isZero();
        var one = calls.get(of + "&search=c7921449-8b62-4c4d-8a83-d9281ac0190b", viewer);
        assertThat(one.at("/total").asInt()).isZero();
        var found = calls.get(of + "&mitre_technique_id=T1001.002&search=Tarball", viewer)
                .ok();
        assertThat(found.at("/items/0/atomic_test_id").asString()).isEqualTo("c7921449-8b62-4c4d-8a83-d9281ac0190b");
        assertThat(found.at("/items/0/attack_procedure").asString()).contains("#{image_file}");
        var stats = calls.get("/test-templates/stats", people.token(Role.ADMIN)).ok();
        assertThat(stats.at("/by_source/atomic_red_team").asInt()).isEqualTo(1_819);
        assertThat(stats.at("/by_platform/linux").asInt()).isGreaterThanOrEqualTo(410);
        assertThat(stats.at("/total").asInt())
                .isEqualTo(stats.at("/active").asInt() + stats.at("/inactive").asInt());

        var id = found.at("/items/0/id").asString();
        var off = calls.send("POST", "/test-templates/" + id + "/toggle-active", people.token(Role.ADMIN), null)
                .ok();
        assertThat(off.at("/is_active").asBoolean()).isFalse();
        assertThat(total(of + "&is_active=false")).isEqualTo(1);
        var stranger = new People(STACK);
        assertThat(calls.get(of + "&is_active=false", stranger.token(Role.VIEWER))
                        .at("/total")
                        .asInt())
                .isZero();
        assertThat(calls.send("POST", "/test-templates/" + id + "/toggle-active", people.token(Role.OWNER), null)
                        .ok()
                        .at("/is_active")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aTemplateOfTheTenantsOwnBecomesATest() {
        var technique = calls.send(
                "POST",
                "/techniques",
                people.token(Role.ADMIN),
                Map.of("mitre_id", "OWN-7", "name", "Of our own", "tactic", "execution"));
        var template = calls.send(
                "POST",
                "/test-templates",
                people.token(Role.ADMIN),
                Map.of(
                        "mitre_technique_id", "OWN-7",
                        "name", "Lift <b>",
                        "description", "what it does",
                        "platform", "Windows, linux",
                        "severity", "critical",
                        "tool_suggested", "by hand",
                        "attack_procedure", "rm -rf /",
                        "expected_detection", "EDR",
                        "suggested_remediation", "block it"));
        assertThat(template.status()).as(template.raw()).isEqualTo(201);
        assertThat(template.at("/platform").asString()).isEqualTo("windows,linux");
        assertThat(template.at("/source").asString()).isEqualTo("custom");

        var id = template.at("/id").asString();
        var made = calls.send("POST", "/tests/from-template", people.token(Role.RED_TECH), Map.of("template_id", id));

        assertThat(made.status()).as(made.raw()).isEqualTo(201);
        assertThat(made.at("/technique_id")).isEqualTo(technique.at("/id"));
        assertThat(made.at("/name").asString()).isEqualTo("Lift <b>");
        assertThat(made.at("/procedure_text").asString()).isEqualTo("rm -rf /");
        assertThat(made.at("/tool_used").asString()).isEqualTo("by hand");
        assertThat(made.at("/remediation_steps").asString()).isEqualTo("block it");
        assertThat(made.at("/template_id").asString()).isEqualTo(id);
        calls.send("POST", "/test-templates/" + id + "/toggle-active", people.token(Role.ADMIN), null)
                .ok();
        assertThat(calls.send("POST", "/tests/from-template", people.token(Role.RED_TECH), Map.of("template_id", id))
                        .status())
                .isEqualTo(400);
        var stranger = new People(STACK).token(Role.OWNER);
        assertThat(calls.send("POST", "/tests/from-template", stranger, Map.of("template_id", id))
                        .status())
                .isEqualTo(404);
        assertThat(calls.send("POST", "/test-templates/" + id + "/toggle-active", stranger, null)
                        .status())
                .isEqualTo(404);
        for (var role : new Role[] {Role.RED_LEAD, Role.BLUE_LEAD, Role.RED_TECH, Role.VIEWER}) {
            assertThat(calls.get("/test-templates/stats", people.token(role)).status())
                    .isEqualTo(403);
            assertThat(calls.send("POST", "/test-templates", people.token(role), Map.of("name", "x"))
                            .status())
                    .isEqualTo(403);
        }
        assertThat(calls.get("/test-templates?severity=grave", people.token(Role.VIEWER))
                        .status())
                .isEqualTo(400);
    }

    private int total(String path) {
        return calls.get(path, people.token(Role.VIEWER)).ok().at("/total").asInt();
    }

    private static void given(String folder, String archive) throws IOException {
        var source = DATA.resolve(folder).resolve(archive);
        assumeTrue(Files.isReadable(source), () -> "there is no " + archive + " to read");
        Files.createDirectories(IMPORTS.resolve(folder));
        Files.copy(source, IMPORTS.resolve(folder).resolve(archive), StandardCopyOption.REPLACE_EXISTING);
    }
}
