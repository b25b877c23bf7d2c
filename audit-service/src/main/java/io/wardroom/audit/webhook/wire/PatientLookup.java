package io.wardroom.audit.webhook.wire;

import jakarta.annotation.PreDestroy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;

/// The system's own resolver on threads of its own, within a limit of time: a name server that does not answer
/// holds up those threads, and no delivery to anybody else.
@Component
class PatientLookup implements Lookup {
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final int THREADS = 64;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("webhook-names-", 0).factory());

    @Override
    public InetAddress[] of(String host) throws UnknownHostException {
        try {
            var asked = threads.submit(() -> InetAddress.getAllByName(host));
            try {
                return asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException late) {
                asked.cancel(true);
                throw unknown(host, "its name server does not answer");
            }
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof UnknownHostException unknown ? unknown : unknown(host, "no address");
        } catch (RejectedExecutionException full) {
            throw unknown(host, "too many names are being asked for");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw unknown(host, "stopped");
        }
    }

    private static UnknownHostException unknown(String host, String why) {
        return new UnknownHostException(host + ": " + why);
    }

    @PreDestroy
    void close() {
        threads.shutdownNow();
    }
}
