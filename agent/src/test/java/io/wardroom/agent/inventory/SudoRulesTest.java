package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SudoRulesTest {
    @TempDir
    Path root;

    @Test
    void rulesTellWhoMayRunWhatAsWhom() throws Exception {
        var rules = rules("""
            # comment
            Defaults env_reset
            root ALL=(ALL:ALL) ALL
            %sudo   ALL=(ALL:ALL) ALL
            deploy web1=(www-data) NOPASSWD: /usr/bin/systemctl restart nginx, SETENV: /usr/bin/rsync
            alice, bob ALL = /usr/bin/apt   # trailing comment
            #1001 ALL=(root) NOPASSWD:SETENV: ALL
            long ALL=(ALL) \\
                /bin/one, \\
                /bin/two
            """);

        assertThat(rules)
                .extracting(
                        rule -> rule.user().orElse(""),
                        rule -> rule.host().orElse(""),
                        rule -> rule.runas().orElse("-"),
                        SudoRules.Rule::commands,
                        SudoRules.Rule::nopasswd)
                .containsExactly(
                        tuple("root", "ALL", "ALL:ALL", List.of("ALL"), false),
                        tuple("%sudo", "ALL", "ALL:ALL", List.of("ALL"), false),
                        tuple(
                                "deploy",
                                "web1",
                                "www-data",
                                List.of("/usr/bin/systemctl restart nginx", "/usr/bin/rsync"),
                                true),
                        tuple("alice", "ALL", "-", List.of("/usr/bin/apt"), false),
                        tuple("bob", "ALL", "-", List.of("/usr/bin/apt"), false),
                        tuple("#1001", "ALL", "root", List.of("ALL"), true),
                        tuple("long", "ALL", "ALL", List.of("/bin/one", "/bin/two"), false));
    }

    @Test
    void aliasesAreWrittenOut() throws Exception {
        var rules = rules("""
            User_Alias ADMINS = alice, %ops : GUESTS = carol
            Cmnd_Alias STOP = /sbin/halt, /sbin/reboot
            Cmnd_Alias ALL_OF_IT = STOP, /sbin/shutdown
            Cmnd_Alias LOOP = LOOP, /bin/x
            ADMINS ALL=(ALL) NOPASSWD: ALL_OF_IT
            GUESTS ALL = LOOP
            """);

        assertThat(rules)
                .extracting(rule -> rule.user().orElse(""), SudoRules.Rule::commands)
                .containsExactly(
                        tuple("alice", List.of("/sbin/halt", "/sbin/reboot", "/sbin/shutdown")),
                        tuple("%ops", List.of("/sbin/halt", "/sbin/reboot", "/sbin/shutdown")),
                        tuple("carol", List.of("LOOP", "/bin/x")));
    }

    @Test
    void includesAreFollowedButNotInCircles() throws Exception {
        var host = new FakeHost(root)
                .with("/etc/sudoers", "@include sudoers.more\n#includedir /etc/sudoers.d\n")
                .with("/etc/sudoers.more", "one ALL=ALL\n@include /etc/sudoers\n")
                .with("/etc/sudoers.d/two", "two ALL=ALL\n")
                .with("/etc/sudoers.d/three.bak", "no ALL=ALL\n")
                .with("/etc/sudoers.d/four~", "no ALL=ALL\n");

        var rules = SudoRules.read(host.files());

        assertThat(rules)
                .extracting(rule -> rule.user().orElse(""))
                .contains("one", "two")
                .doesNotContain("no");
        assertThat(rules)
                .filteredOn(rule -> rule.user().equals(Optional.of("two")))
                .first()
                .extracting(SudoRules.Rule::sourceFile)
                .isEqualTo("/etc/sudoers.d/two");
    }

    @Test
    void whatIsNotUnderstoodIsKeptAsItStands() throws Exception {
        var rules = rules("""
            this is no rule
            "odd name" ALL=ALL
            pete HPPA = /usr/bin/passwd [A-Za-z]*, !/usr/bin/passwd root
            multi A = /bin/a : B = /bin/b
            switcher ALL = (one) /bin/a, (two) /bin/b
            open ALL=(root /bin/x
            """);

        assertThat(rules)
                .filteredOn(rule -> rule.raw().isPresent())
                .extracting(rule -> rule.raw().orElse(""))
                .containsExactly(
                        "this is no rule",
                        "\"odd name\" ALL=ALL",
                        "multi A = /bin/a : B = /bin/b",
                        "switcher ALL = (one) /bin/a, (two) /bin/b",
                        "open ALL=(root /bin/x");
        assertThat(rules)
                .filteredOn(rule -> rule.raw().isEmpty())
                .singleElement()
                .satisfies(rule -> {
                    assertThat(rule.user()).contains("pete");
                    assertThat(rule.commands()).containsExactly("/usr/bin/passwd [A-Za-z]*", "!/usr/bin/passwd root");
                });
    }

    private List<SudoRules.Rule> rules(String text) throws Exception {
        return SudoRules.read(new FakeHost(root).with("/etc/sudoers", text).files());
    }
}
