package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupsTest {
    @TempDir
    Path root;

    @Test
    void timersCronAndConfigurationsAreFound() throws Exception {
        var host = new FakeHost(root)
                .with("/etc/systemd/system/nightly.timer", "[Timer]\nOnCalendar=*-*-* 02:00:00\nUnit=nightly.service\n")
                .with(
                        "/etc/systemd/system/nightly.service",
                        "[Service]\nExecStart=/usr/bin/restic \\\n  -r sftp:backup@nas:/srv/restic backup /etc\n")
                .with("/usr/lib/systemd/system/logrotate.timer", "[Timer]\nOnCalendar=daily\n")
                .with(
                        "/usr/lib/systemd/system/logrotate.service",
                        "[Service]\nExecStart=/usr/sbin/logrotate /etc/logrotate.conf\n")
                .with(
                        "/etc/cron.d/borg",
                        "MAILTO=root\n"
                                + "# 0 1 * * * root borg nothing\n"
                                + "30 3 * * 1-5 root borg create ssh://u:pw@box/./repo::{now} /home\n")
                .with(
                        "/etc/cron.daily/db",
                        "#!/bin/sh\n# restic is not used here\npg_dumpall | gzip > /var/backups/all.sql.gz\n")
                .with("/var/spool/cron/crontabs/alice", "@daily /usr/bin/rclone sync /home/alice s3:bucket/alice\n")
                .with("/etc/rsnapshot.conf", "config_version\t1.2\nsnapshot_root\t/mnt/snapshots/\n");

        var found = FakeHost.rows(new Backups(host.files()).look());

        assertThat(found)
                .extracting(Backups.Backup.class::cast)
                .extracting(Backups.Backup::tool, row -> row.schedule().orElse("-"), row -> row.target()
                        .orElse("-"))
                .containsExactlyInAnyOrder(
                        tuple("restic", "*-*-* 02:00:00", "sftp:backup@nas:/srv/restic"),
                        tuple("borg", "30 3 * * 1-5", "ssh://***@box/./repo::{now}"),
                        tuple("pg_dumpall", "daily", "-"),
                        tuple("rclone", "@daily", "s3:bucket/alice"),
                        tuple("rsnapshot", "-", "/mnt/snapshots/"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "borgmatic --verbosity 1 | borgmatic",
                "/usr/local/bin/borg create | borg",
                "nice -n 19 /usr/bin/restic backup | restic",
                "run-cyborg --now | ''",
                "restic-exporter | ''",
                "echo hello | ''",
            })
    void aToolIsKnownByItsWholeName(String command, String tool) {
        assertThat(Backups.tool(command).orElse("")).isEqualTo(tool);
    }
}
