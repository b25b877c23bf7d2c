package io.wardroom.audit.webhook;

import io.wardroom.common.tenant.TenantId;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where a tenant wants to be told what happens.
///
/// @param events         what is told: names, `alert.*`, `*`, or types as they stand on Kafka
/// @param sealedSecret   what deliveries are signed with
/// @param sealedFormer   what they are signed with as well, until `formerUntil`
/// @param disabledReason `by_hand`, `gone` (it answered 410) or `failing`
/// @param pausedUntil    until when its receiver asked to be left alone
/// @param failingSince   the first failure since it took something last
record Webhook(
        UUID id,
        TenantId tenant,
        URI url,
        @Nullable String description,
        List<String> events,
        String sealedSecret,
        @Nullable String sealedFormer,
        @Nullable Instant formerUntil,
        boolean enabled,
        @Nullable Instant disabledAt,
        @Nullable String disabledReason,
        @Nullable Instant pausedUntil,
        @Nullable Instant failingSince,
        @Nullable Instant lastSuccessAt,
        @Nullable Instant lastFailureAt,
        UUID createdBy,
        Instant createdAt,
        Instant updatedAt) {
    static final String BY_HAND = "by_hand";
    static final String GONE = "gone";
    static final String FAILING = "failing";

    static Webhook made(
            UUID id,
            TenantId tenant,
            URI url,
            @Nullable String description,
            List<String> events,
            String sealedSecret,
            UUID by,
            Instant now) {
        return new Webhook(
                id,
                tenant,
                url,
                description,
                events,
                sealedSecret,
                null,
                null,
                true,
                null,
                null,
                null,
                null,
                null,
                null,
                by,
                now,
                now);
    }

    /// Whether there is still a secret beside the present one.
    boolean hasFormerAt(Instant now) {
        return sealedFormer != null && formerUntil != null && now.isBefore(formerUntil);
    }

    Webhook changed(URI url, @Nullable String description, List<String> events, Instant now) {
        return new Webhook(
                id,
                tenant,
                url,
                description,
                events,
                sealedSecret,
                sealedFormer,
                formerUntil,
                enabled,
                disabledAt,
                disabledReason,
                pausedUntil,
                failingSince,
                lastSuccessAt,
                lastFailureAt,
                createdBy,
                createdAt,
                now);
    }

    /// Switched on or off by hand. What it failed at before is forgotten when it is switched on.
    Webhook switched(boolean on, Instant now) {
        if (on == enabled) {
            return this;
        }
        return new Webhook(
                id,
                tenant,
                url,
                description,
                events,
                sealedSecret,
                sealedFormer,
                formerUntil,
                on,
                on ? null : now,
                on ? null : BY_HAND,
                null,
                on ? null : failingSince,
                lastSuccessAt,
                lastFailureAt,
                createdBy,
                createdAt,
                now);
    }

    /// With a new secret; the present one holds beside it until then, one that was there before no longer.
    Webhook rotated(String sealed, Instant presentUntil, Instant now) {
        var overlaps = presentUntil.isAfter(now);
        return new Webhook(
                id,
                tenant,
                url,
                description,
                events,
                sealed,
                overlaps ? sealedSecret : null,
                overlaps ? presentUntil : null,
                enabled,
                disabledAt,
                disabledReason,
                pausedUntil,
                failingSince,
                lastSuccessAt,
                lastFailureAt,
                createdBy,
                createdAt,
                now);
    }
}
