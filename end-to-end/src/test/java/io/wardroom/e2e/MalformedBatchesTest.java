package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Bodies that no agent should send, through the whole door.
class MalformedBatchesTest {
    private static final int BODIES = 200;
    private static final int AGENTS = 4;

    @Test
    void noBodyIsTheHubsFault() {
        var random = new SplittableRandom(20260131);
        // several agents: one may send 60 a minute
        var agents = IntStream.range(0, AGENTS)
                .mapToObj(_ -> VirtualAgent.registered(OWNER))
                .toList();
        for (var i = 0; i < BODIES; i++) {
            var agent = agents.get(i % AGENTS);
            var body = damaged(random);

            var answer = agent.ingest(body);

            assertThat(answer.status())
                    .as("%s answered %s", new String(body, StandardCharsets.UTF_8), answer.text())
                    .isIn(202, 400, 413);
            assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
            if (answer.status() != 202) {
                assertThat(answer.field("code")).isIn("VALIDATION_ERROR", "PAYLOAD_TOO_LARGE");
                assertThat(answer.field("detail")).isNotEmpty();
            }
        }
    }

    /// A good batch with one to four wounds.
    private static byte[] damaged(SplittableRandom random) {
        var body = VirtualAgent.batch(UUID.randomUUID(), 1, Instant.now(), 1);
        for (var wounds = random.nextInt(1, 5); wounds > 0; wounds--) {
            body = switch (random.nextInt(6)) {
                case 0 -> Arrays.copyOf(body, random.nextInt(body.length));
                case 1 -> with(body, random.nextInt(body.length), (byte) random.nextInt(256));
                case 2 ->
                    new String(body, StandardCharsets.UTF_8)
                            .replaceFirst("\"(batch_id|items|type|samples|value|captured_at)\":", "\"$1\":[{},")
                            .getBytes(StandardCharsets.UTF_8);
                case 3 ->
                    new String(body, StandardCharsets.UTF_8)
                            .replaceFirst(":[^,}]*", ":1e999")
                            .getBytes(StandardCharsets.UTF_8);
                case 4 ->
                    ("[".repeat(random.nextInt(1, 3000)) + new String(body, StandardCharsets.UTF_8))
                            .getBytes(StandardCharsets.UTF_8);
                default ->
                    new String(body, StandardCharsets.UTF_8)
                            .replace("e2e", "\\u0000\\ud800" + (char) random.nextInt(1, 0xd7ff))
                            .getBytes(StandardCharsets.UTF_8);
            };
            if (body.length == 0) {
                return body;
            }
        }
        return body;
    }

    private static byte[] with(byte[] body, int index, byte value) {
        var changed = body.clone();
        changed[index] = value;
        return changed;
    }
}
