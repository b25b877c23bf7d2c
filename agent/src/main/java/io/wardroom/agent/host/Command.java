package io.wardroom.agent.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One of the host's programs, run with an empty input, a small environment, a time limit and a bound on its
/// output.
///
/// @param maxOutputBytes what is printed beyond it is thrown away and the program is stopped
public record Command(List<String> line, Duration limit, int maxOutputBytes) {
    public Command {
        line = List.copyOf(line);
    }

    /// Every way a run can end.
    public sealed interface Result {
        /// It printed this and ended by itself.
        record Output(int exit, String text) implements Result {}

        /// It was stopped; `why` says for what.
        record Stopped(String why) implements Result {}

        /// It could not be started, as where it is not installed.
        record NotThere() implements Result {}
    }

    /// @throws InterruptedException if the agent stops meanwhile; the program is stopped first
    public Result run() throws InterruptedException {
        var builder = new ProcessBuilder(line).redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        builder.environment().put("SYSTEMD_COLORS", "0");
        Process process;
        try {
            process = builder.redirectInput(Redirect.from(new java.io.File("/dev/null")))
                    .start();
        } catch (IOException notInstalled) {
            return new Result.NotThere();
        }
        var output = new Reading(process.getInputStream(), maxOutputBytes);
        var reader = new Thread(output, "reads " + line.getFirst());
        reader.setDaemon(true);
        reader.start();
        var deadline = System.nanoTime() + limit.toNanos();
        try {
            // the output's end comes first: a program that waits for its reader would never exit
            reader.join(limit);
            if (output.tooMuch) {
                return new Result.Stopped("more than %d bytes of output".formatted(maxOutputBytes));
            }
            var left = Math.max(0, deadline - System.nanoTime());
            if (reader.isAlive() || !process.waitFor(left, TimeUnit.NANOSECONDS)) {
                return new Result.Stopped("not done within %d s".formatted(limit.toSeconds()));
            }
            return new Result.Output(process.exitValue(), output.text());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static final class Reading implements Runnable {
        private final InputStream from;
        private final int max;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private volatile boolean tooMuch;

        Reading(InputStream from, int max) {
            this.from = from;
            this.max = max;
        }

        @Override
        public void run() {
            var buffer = new byte[8 << 10];
            try {
                for (int read; (read = from.read(buffer)) >= 0; ) {
                    if (size() + read > max) {
                        tooMuch = true;
                        return;
                    }
                    add(buffer, read);
                }
            } catch (IOException closed) {
                // the program was stopped while it printed: what came until then is all there is
                tooMuch = size() >= max;
            }
        }

        private synchronized int size() {
            return bytes.size();
        }

        private synchronized void add(byte[] buffer, int length) {
            bytes.write(buffer, 0, length);
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
