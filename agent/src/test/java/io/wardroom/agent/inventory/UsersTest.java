package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersTest {
    @TempDir
    Path root;

    @Test
    void usersTellWhoMayBecomeRootAndWhoWasThereLast() throws Exception {
        var host = new FakeHost(root)
                .with("/etc/passwd", """
                    root:x:0:0:root:/root:/bin/bash
                    daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
                    alice:x:1000:1000:Alice:/home/alice:/bin/zsh
                    bob:x:1001:1001::/home/bob:/bin/bash
                    carol:x:1002:1100::/home/carol:/bin/bash
                    half:x:
                    +nis::::::
                    odd:x:abc:1:::
                    """)
                .with("/etc/group", "sudo:x:27:alice\nops:x:1100:\nbroken\n")
                .with("/etc/sudoers", "%ops ALL=(ALL) NOPASSWD: ALL\n")
                .with("/etc/login.defs", "# comment\nUID_MIN  1000\n");
        var lastlog = ByteBuffer.allocate(292 * 1001).order(ByteOrder.nativeOrder());
        lastlog.putInt(292 * 1000, 1_700_000_000);
        Files.createDirectories(root.resolve("var/log"));
        Files.write(root.resolve("var/log/lastlog"), lastlog.array());

        assertThat(FakeHost.json(new Users(host.files()).look())).containsExactly("""
            {"username":"root","uid":0,"gid":0,"home":"/root","shell":"/bin/bash","is_sudoer":true,"is_system":true,"last_login_at":null}\
            """, """
            {"username":"daemon","uid":1,"gid":1,"home":"/usr/sbin","shell":"/usr/sbin/nologin","is_sudoer":false,"is_system":true,"last_login_at":null}\
            """, """
            {"username":"alice","uid":1000,"gid":1000,"home":"/home/alice","shell":"/bin/zsh","is_sudoer":true,"is_system":false,"last_login_at":"2023-11-14T22:13:20Z"}\
            """, """
            {"username":"bob","uid":1001,"gid":1001,"home":"/home/bob","shell":"/bin/bash","is_sudoer":false,"is_system":false,"last_login_at":null}\
            """, """
            {"username":"carol","uid":1002,"gid":1100,"home":"/home/carol","shell":"/bin/bash","is_sudoer":true,"is_system":false,"last_login_at":null}\
            """);
    }
}
