package io.wardroom.audit.webhook;

import io.wardroom.audit.webhook.wire.WebhookSecret;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What an administrator may wish of webhooks, and every way it can end.
final class WebhookWish {
    private WebhookWish() {}

    /// @param secret null for a new one
    record Create(
            URI url,
            @Nullable String description,
            List<String> events,
            @Nullable WebhookSecret secret) {}

    /// What is null stays as it is.
    record Change(
            @Nullable URI url,
            @Nullable String description,
            @Nullable List<String> events,
            @Nullable Boolean enabled) {
        /// The names of those that are to change.
        List<String> fields() {
            var fields = new ArrayList<String>();
            if (url != null) {
                fields.add("url");
            }
            if (description != null) {
                fields.add("description");
            }
            if (events != null) {
                fields.add("events");
            }
            if (enabled != null) {
                fields.add("enabled");
            }
            return fields;
        }
    }

    sealed interface Outcome {
        record Done(Webhook webhook) implements Outcome {}

        /// @param secret shown this once
        record DoneWithSecret(Webhook webhook, WebhookSecret secret) implements Outcome {}

        record Queued(Delivery delivery) implements Outcome {}

        record QueuedMany(int deliveries) implements Outcome {}

        record NoSuchWebhook() implements Outcome {}

        record NoSuchDelivery(UUID id) implements Outcome {}

        /// The address leads inside, or is no `https:` where that is asked for.
        record AddressRefused(String why) implements Outcome {}

        record TooMany(int most) implements Outcome {}

        record IsOff() implements Outcome {}

        /// The delivery is on its way already.
        record UnderWay() implements Outcome {}

        /// The key that seals secrets is not set.
        record NoKey() implements Outcome {}
    }
}
