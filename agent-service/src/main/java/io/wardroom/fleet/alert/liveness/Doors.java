package io.wardroom.fleet.alert.liveness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;

/// Whether agents could come in at all: asked only when none of them does.
interface Doors {
    boolean areOpen();

    /// Knocks at the services an agent's batch passes, as an agent would: any answer that is not their own failure is
    /// an open door.
    @Component
    final class Knocking implements Doors {
        private static final Duration PATIENCE = Duration.ofSeconds(2);
        private static final int OWN_FAILURE = 500;

        private final List<URI> doors;
        private final HttpClient http =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build();

        Knocking(LivenessProperties properties) {
            this.doors = properties.doors();
        }

        @Override
        public boolean areOpen() {
            return !doors.isEmpty() && doors.stream().allMatch(this::isOpen);
        }

        private boolean isOpen(URI door) {
            var request = HttpRequest.newBuilder(door).timeout(PATIENCE).build();
            try {
                return http.send(request, BodyHandlers.discarding()).statusCode() < OWN_FAILURE;
            } catch (IOException shut) {
                return false;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
