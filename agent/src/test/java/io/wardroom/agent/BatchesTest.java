package io.wardroom.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import java.io.ByteArrayInputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final Instant NOW = Instant.parse("2026-01-31T09:15:00.123456Z");
    private static final String INSTANCE = "6f2c1d3e-0000-4000-8000-000000000001";

    private final Batches batches = new Batches(INSTANCE, "0.1.0", Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void theBodyHasTheContractsShape() {
        var id = UUID.fromString("0190f3c0-0000-7000-8000-000000000001");

        var body = batches.body(id, 7, NOW, List.of(Item.heartbeat(NOW), Item.heartbeat(NOW)));

        assertThat(new String(body)).isEqualTo("""
            {"batch_id":"0190f3c0-0000-7000-8000-000000000001","instance_id":"6f2c1d3e-0000-4000-8000-000000000001","seq":7,"sent_at":"2026-01-31T09:15:00.123Z","agent_version":"0.1.0","items":[{"type":"heartbeat","captured_at":"2026-01-31T09:15:00.123456Z"},{"type":"heartbeat","captured_at":"2026-01-31T09:15:00.123456Z"}]}\
            """);
    }

    @Test
    void aDraftHasAnIdOfItsTimeAndTheCompressedBody() throws Exception {
        var draft = batches.draft(3, List.of(Item.heartbeat(NOW)));

        var body = new GZIPInputStream(new ByteArrayInputStream(draft.body())).readAllBytes();
        assertThat(Json.readObject(body))
                .containsEntry("seq", 3L)
                .containsEntry("batch_id", draft.batchId().toString());
        assertThat(draft.batchId().getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
        assertThat(draft.items()).isEqualTo(1);
    }

    @Test
    void largeItemsGetBatchesOfTheirOwnAndKeepTheirOrder() {
        var small = new Item(new byte[1000]);
        var large = new Item(new byte[900_000]);

        assertThat(Batches.parted(List.of(small, large, large, small)))
                .containsExactly(List.of(small, large), List.of(large, small));
        assertThat(Batches.parted(IntStream.range(0, 600).mapToObj(i -> small).toList()))
                .extracting(List::size)
                .containsExactly(250, 250, 100);
        assertThat(Batches.parted(List.of())).isEmpty();
    }

    @Test
    void whateverANameHoldsTheItemIsValidJson() throws Exception {
        for (var name : Stream.of("\u0000\u001f", "\ud800", "a\udc00b", "\"\\", "\u2028", "😀")
                .toList()) {
            var item = Item.processes(NOW, List.of(new Fields().with("name", name)));

            assertThat(Json.readObject(item.json())).containsKey("items");
        }
    }
}
