package io.wardroom.agent.activity;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActivityTest {
    private static final String STAT = "%d (%s) S 1 1 1 0 -1 4194560 1 2 3 4 %d %d 0 0 20 0 1 0 %d 1000000 500 0";

    @TempDir
    Path root;

    private final AtomicLong nanos = new AtomicLong();

    @Test
    void processesAreToldByTheCoresTheyKeepBusy() throws Exception {
        write("etc/passwd", "alice:x:1000:1000::/home/alice:/bin/sh\n");
        write("proc/stat", "cpu 1\nbtime 1700000000\n");
        process(7, "odd) (name", 100, 50, 200, 1000, "worker\0--password=x\0");
        var activity = new Activity(new HostFiles(root), nanos::get);
        activity.processes();
        nanos.set(10_000_000_000L);
        process(7, "odd) (name", 500, 150, 200, 1000, "worker\0--password=x\0");

        var rows = activity.processes();

        assertThat(new String(Json.bytes(rows.getFirst()))).isEqualTo("""
            {"pid":7,"ppid":1,"name":"odd) (name","user":"alice","cpu":0.5000,"rss_bytes":2097152,"command":"worker --password=***","started_at":"2023-11-14T22:13:22Z"}\
            """);
    }

    @Test
    void aReusedNumberIsAnotherProcess() throws Exception {
        write("proc/stat", "btime 1700000000\n");
        process(7, "one", 900, 0, 200, 0, "one\0");
        var activity = new Activity(new HostFiles(root), nanos::get);
        activity.processes();
        nanos.set(1_000_000_000L);
        process(7, "two", 1000, 0, 300, 0, "two\0");

        assertThat(new String(Json.bytes(activity.processes().getFirst())))
                .contains("\"name\":\"two\"", "\"cpu\":0.0000", "\"user\":\"0\"");
    }

    @Test
    void connectionsThatDifferInAPassingPortAreOne() throws Exception {
        write("proc/net/tcp", """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
               1: 0A00000A:0016 0500000A:C001 01 00000000:00000000 00:00000000 00000000     0        0 2 1
               2: 0A00000A:0016 0500000A:C002 01 00000000:00000000 00:00000000 00000000     0        0 3 1
               3: 0A00000A:D001 0900000A:01BB 01 00000000:00000000 00:00000000 00000000     0        0 4 1
               4: 0100007F:D001 0100007F:01BB 01 00000000:00000000 00:00000000 00000000     0        0 5 1
            """);
        var rows = new Activity(new HostFiles(root), nanos::get).connections();

        assertThat(rows.stream().map(row -> new String(Json.bytes(row)))).containsExactly("""
            {"remote_ip":"10.0.0.5","remote_port":49153,"local_port":22,"protocol":"tcp","direction":"inbound","process":null}\
            """, """
            {"remote_ip":"10.0.0.9","remote_port":443,"local_port":53249,"protocol":"tcp","direction":"outbound","process":null}\
            """);
    }

    @Test
    void thisVeryProcessIsAmongTheLargest() throws Exception {
        var pid = ProcessHandle.current().pid();

        var rows = new Activity(new HostFiles(Path.of("/")), System::nanoTime).processes();

        assertThat(rows).hasSizeBetween(1, 40);
        for (var row : rows) {
            var json = Json.readObject(Json.bytes(row));
            assertThat(json).containsKeys("pid", "ppid", "name", "user", "cpu", "rss_bytes", "command", "started_at");
        }
        assertThat(rows.stream().map(row -> new String(Json.bytes(row))))
                .anyMatch(row -> row.startsWith("{\"pid\":" + pid + ","));
    }

    private void process(int pid, String name, long user, long system, long start, long uid, String command)
            throws Exception {
        write("proc/" + pid + "/stat", STAT.formatted(pid, name, user, system, start));
        write("proc/" + pid + "/status", "Name:\tx\nUid:\t%d\t0\t0\t0\nVmRSS:\t    2048 kB\n".formatted(uid));
        write("proc/" + pid + "/cmdline", command);
    }

    private void write(String path, String text) throws Exception {
        var file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
