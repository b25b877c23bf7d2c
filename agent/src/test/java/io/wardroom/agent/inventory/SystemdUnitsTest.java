package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

class SystemdUnitsTest {
    @Test
    void unitsAndUnitFilesAreOneList() {
        var units = """
            cron.service              loaded    active   running Regular background program processing daemon
            ● broken.service          loaded    failed   failed  Something that broke
            ● gone.service            not-found inactive dead    gone.service
            dev-disk-by\\x2dlabel.mount loaded   active   mounted /x
            system-getty.slice
            """;
        var files = """
            cron.service                           enabled         enabled
            getty@.service                         enabled         enabled
            hidden.service                         masked          enabled
            sshd.service                           alias           -
            0 unit files listed.
            """;

        assertThat(SystemdUnits.parse(units, files))
                .extracting(
                        SystemdUnits.Unit::name,
                        SystemdUnits.Unit::loadState,
                        SystemdUnits.Unit::activeState,
                        SystemdUnits.Unit::subState,
                        unit -> unit.enabled().orElse("-"))
                .containsExactly(
                        tuple("broken.service", "loaded", "failed", "failed", "-"),
                        tuple("cron.service", "loaded", "active", "running", "enabled"),
                        tuple("dev-disk-by\\x2dlabel.mount", "loaded", "active", "mounted", "-"),
                        tuple("getty@.service", "stub", "inactive", "dead", "enabled"),
                        tuple("gone.service", "not-found", "inactive", "dead", "-"),
                        tuple("hidden.service", "masked", "inactive", "dead", "masked"),
                        tuple("sshd.service", "stub", "inactive", "dead", "alias"));
    }
}
