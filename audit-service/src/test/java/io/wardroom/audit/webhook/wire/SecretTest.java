package io.wardroom.audit.webhook.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wardroom.common.event.UuidV7;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SecretTest {
    private static final String OLD = "0f".repeat(32);
    private static final String NEW = "10".repeat(32);

    private final UUID webhook = UuidV7.next();
    private final WebhookSecret secret = WebhookSecret.make();

    private static SecretBox box(String... keys) {
        var second = Duration.ofSeconds(1);
        return new SecretBox(new WireProperties(List.of(), List.of(keys), second, second, second, 10));
    }

    @Test
    void whatIsClosedOpensForItsWebhookAlone() {
        var closed = box(OLD).close(webhook, secret);

        assertThat(closed).doesNotContain(secret.text()).isNotEqualTo(box(OLD).close(webhook, secret));
        assertThat(box(OLD).open(webhook, closed)).contains(secret);
        assertThat(box(OLD).open(UuidV7.next(), closed)).isEmpty();
        assertThat(box(NEW).open(webhook, closed)).isEmpty();
        assertThat(box(OLD).open(webhook, closed.substring(0, closed.length() - 6) + "AAAA=="))
                .isEmpty();
        assertThat(box(OLD).open(webhook, "")).isEmpty();
    }

    @Test
    void aNewerKeyClosesAndAnOlderStillOpens() {
        var closed = box(OLD).close(webhook, secret);
        var both = box(NEW, OLD);

        assertThat(both.open(webhook, closed)).contains(secret);
        assertThat(both.close(webhook, secret)).startsWith(both.newest().orElseThrow());
        assertThat(closed).doesNotStartWith(both.newest().orElseThrow());
    }

    @Test
    void withoutAKeyNothingIsClosed() {
        assertThat(box("", " ").isReady()).isFalse();
        assertThatThrownBy(() -> box("").close(webhook, secret)).hasMessageContaining("WARDROOM_WEBHOOK_KEY");
        assertThatThrownBy(() -> box("abc")).hasMessageContaining("64 hexadecimal digits");
    }

    @Test
    void aSecretIsStandard() {
        assertThat(secret.text()).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(secret.toString()).doesNotContain("whsec_");
        assertThat(WebhookSecret.isOne("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
                .isTrue();
        assertThat(WebhookSecret.isOne("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).isFalse();
        assertThat(WebhookSecret.isOne("whsec_c2hvcnQ=")).isFalse();
        assertThat(WebhookSecret.isOne("whsec_" + "A".repeat(10_000))).isFalse();
        assertThat(WebhookSecret.isOne("whsec_\0")).isFalse();
    }

    /// Worked out by another implementation of HMAC.
    @Test
    void signaturesAreThoseOfTheirForms() {
        var headers = Signatures.headers(
                UUID.fromString("00000000-0000-7000-8000-000000000001"),
                Instant.ofEpochSecond(1_614_265_330),
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8),
                List.of(new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")));

        assertThat(headers)
                .containsEntry("webhook-timestamp", "1614265330")
                .containsEntry("webhook-signature", "v1,eKRokW6esNICF7CeDE6a/SQmQyov9KxXbeviqr/ubq0=")
                .containsEntry(
                        "X-Monsys-Signature", "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c");
    }
}
