package io.wardroom.audit.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.audit.OnRealServers;
import io.wardroom.audit.webhook.wire.Receiver;
import io.wardroom.common.event.UuidV7;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Measures deliveries to receivers that answer at once. No test: it runs only where it is named,
/// `-Dtest=WebhookBench`.
class WebhookBench extends OnRealServers {
    private static final int EVENTS = 10_000;
    private static final int RECEIVERS = 10;

    @Test
    void measure() throws Exception {
        try (var receiver = new Receiver()) {
            var owner = token("owner");
            make(receiver, owner, "/one");
            tell(receiver, "(warm-up)", EVENTS, 1);
            tell(receiver, "one receiver", EVENTS, 1);
            for (var i = 1; i < RECEIVERS; i++) {
                make(receiver, owner, "/" + i);
            }
            tell(receiver, "ten receivers", EVENTS / RECEIVERS, RECEIVERS);
        }
    }

    private void make(Receiver receiver, String owner, String path) throws Exception {
        var form = Map.of("url", receiver.url(path).toString(), "events", List.of("alert.created"));
        assertThat(send("POST", "/webhooks", owner, json.writeValueAsString(form))
                        .statusCode())
                .isEqualTo(201);
    }

    private void tell(Receiver receiver, String what, int events, int receivers) {
        var before = receiver.count();
        var start = System.nanoTime();
        for (var i = 0; i < events; i++) {
            kafka.send(record(
                    "alerts.events.v1",
                    "io.wardroom.alert.created.v1",
                    UuidV7.next(),
                    tenant,
                    "{\"title\":\"disk\"}".getBytes()));
        }
        kafka.flush();
        while (receiver.count() < before + events * receivers) {
            LockSupport.parkNanos(1_000_000);
        }
        System.out.printf(
                "deliveries, %s, from the first event published: %.0f/s%n",
                what, events * receivers * 1e9 / (System.nanoTime() - start));
    }
}
