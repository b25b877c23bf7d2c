package io.wardroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A machine that exists only here: a key, a token, and batches that are all its own.
final class VirtualAgent {
    static final String METRIC = "e2e.counter";

    private final KeyPair key;
    final String id;
    final String token;
    final String machine;

    private VirtualAgent(KeyPair key, String machine, Answer registered) {
        this.key = key;
        this.machine = machine;
        this.id = registered.field("agent_id");
        this.token = registered.field("agent_token");
        assertThat(Base64.getDecoder().decode(registered.field("hub_public_key")))
                .hasSize(32);
    }

    /// Registers a new one and waits until the doors know it.
    static VirtualAgent registered(Person owner) {
        var key = newKey();
        var machine = UUID.randomUUID().toString();
        var agent = new VirtualAgent(
                key,
                machine,
                register(owner.enrolmentToken(), machine, publicKey(key)).expect(201));
        await("the agent's identity at the doors")
                .atMost(Duration.ofSeconds(10))
                .until(() -> agent.heartbeat().status() == 200);
        return agent;
    }

    static Answer register(String token, String machine, String publicKey) {
        var form = Map.of(
                "hostname",
                "virtual-" + machine.substring(0, 8),
                "machine_id",
                machine,
                "os",
                "linux",
                "signing_pubkey",
                publicKey);
        return Http.send(
                "POST",
                TheSuite.SUITE.gateway().resolve("/api/v1/agents/register"),
                Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"),
                Answer.JSON.writeValueAsBytes(form));
    }

    Answer heartbeat() {
        return Http.send(
                "POST",
                TheSuite.SUITE.gateway().resolve("/api/v1/agents/" + id + "/heartbeat"),
                Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"),
                "{}".getBytes(StandardCharsets.UTF_8));
    }

    /// A batch of one value at one moment.
    static byte[] batch(UUID batchId, long seq, Instant at, double value) {
        return batch(
                batchId,
                seq,
                at,
                Map.of(
                        "type", "metrics",
                        "captured_at", at.toString(),
                        "samples", List.of(Map.of("name", METRIC, "value", value, "labels", Map.of("k", "v")))));
    }

    /// A batch of one alert.
    static byte[] alert(UUID batchId, long seq, Instant at, String title) {
        return batch(
                batchId,
                seq,
                at,
                Map.of(
                        "type", "alert",
                        "category", "e2e",
                        "severity", "high",
                        "title", title,
                        "detail", "raised by a test",
                        "detected_at", at.toString()));
    }

    private static byte[] batch(UUID batchId, long seq, Instant at, Map<String, Object> item) {
        return Answer.JSON.writeValueAsBytes(Map.of(
                "batch_id",
                batchId.toString(),
                "instance_id",
                "e2e",
                "seq",
                seq,
                "sent_at",
                at.toString(),
                "agent_version",
                "0.0.1",
                "items",
                List.of(item)));
    }

    Answer ingest(byte[] body) {
        return ingest(body, sign(body), Map.of());
    }

    Answer ingest(byte[] body, String signature, Map<String, String> more) {
        var headers = new HashMap<>(Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"));
        if (signature != null) {
            headers.put("X-Monsys-Signature", signature);
        }
        headers.putAll(more);
        return Http.send("POST", TheSuite.SUITE.gateway().resolve("/api/v1/ingest"), headers, body);
    }

    String sign(byte[] body) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(key.getPrivate());
            signature.update(MessageDigest.getInstance("SHA-256").digest(body));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static KeyPair newKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static String publicKey(KeyPair key) {
        var encoded = key.getPublic().getEncoded();
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }
}
