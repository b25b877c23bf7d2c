package io.wardroom.audit.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.audit.webhook.Delivery.Status;
import io.wardroom.audit.webhook.Delivery.Try;
import io.wardroom.audit.webhook.WebhookWish.Outcome;
import io.wardroom.audit.webhook.WebhookWish.Outcome.AddressRefused;
import io.wardroom.audit.webhook.WebhookWish.Outcome.Done;
import io.wardroom.audit.webhook.WebhookWish.Outcome.DoneWithSecret;
import io.wardroom.audit.webhook.WebhookWish.Outcome.IsOff;
import io.wardroom.audit.webhook.WebhookWish.Outcome.NoKey;
import io.wardroom.audit.webhook.WebhookWish.Outcome.NoSuchDelivery;
import io.wardroom.audit.webhook.WebhookWish.Outcome.NoSuchWebhook;
import io.wardroom.audit.webhook.WebhookWish.Outcome.Queued;
import io.wardroom.audit.webhook.WebhookWish.Outcome.QueuedMany;
import io.wardroom.audit.webhook.WebhookWish.Outcome.TooMany;
import io.wardroom.audit.webhook.WebhookWish.Outcome.UnderWay;
import io.wardroom.audit.webhook.Webhooks.Wisher;
import io.wardroom.audit.webhook.wire.WebhookSecret;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/webhooks")
@PreAuthorize("hasRole('admin')")
class WebhookController {
    /// Anything PostgreSQL can keep and UTF-8 can carry.
    private static final String STORABLE = "[^\\x00\\p{Cs}]*";

    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final int LONGEST_URL = 2_000;
    private static final int HIGHEST_PORT = 65_535;
    private static final Duration COME_AGAIN = Duration.ofMinutes(1);
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private final Webhooks webhooks;
    private final Clock clock;

    WebhookController(Webhooks webhooks, Clock clock) {
        this.webhooks = webhooks;
        this.clock = clock;
    }

    /// @param url    http or https, of a public address
    /// @param events names as `alert.created`, `alert.*` for all of a noun, `*` for all, or types as on Kafka
    /// @param secret `whsec_` and base64 of 24 to 64 bytes; made where it is absent
    record WebhookForm(
            @NotNull String url,
            @NotEmpty @Size(max = 50) List<@NotNull @Size(max = 150) String> events,
            @Nullable String secret,

            @Size(max = 200) @Pattern(regexp = STORABLE) @Nullable
            String description) {}

    /// What is absent stays as it is.
    record WebhookChangeForm(
            @Nullable String url,

            @Size(min = 1, max = 50) @Nullable List<@NotNull @Size(max = 150) String> events,

            @Nullable Boolean enabled,

            @Size(max = 200) @Pattern(regexp = STORABLE) @Nullable
            String description) {}

    /// @param secret       made where it is absent
    /// @param overlapHours how long the present secret holds beside the new one; 24 where it is absent
    record RotationForm(
            @Nullable String secret,
            @Min(0) @Max(168) @Nullable Integer overlapHours) {}

    /// @param to               now where it is absent
    /// @param includeDelivered whether what the receiver took is told again, too
    record ReplayForm(
            @NotNull Instant from,
            @Nullable Instant to,
            @Nullable Boolean includeDelivered) {}

    /// @param secret            shown when the webhook is made and when its secret is rotated
    /// @param formerSecretUntil until when deliveries are signed with the secret before this one as well
    /// @param disabledReason    `by_hand`, `gone` or `failing`
    record WebhookView(
            UUID id,
            String url,
            @Nullable String description,
            List<String> events,
            boolean enabled,
            @Nullable Instant disabledAt,
            @Nullable String disabledReason,
            @Nullable Instant pausedUntil,
            @Nullable Instant failingSince,
            @Nullable Instant lastSuccessAt,
            @Nullable Instant lastFailureAt,
            @Nullable Instant formerSecretUntil,
            UUID createdBy,
            Instant createdAt,
            Instant updatedAt,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String secret) {
        static WebhookView of(Webhook webhook, @Nullable WebhookSecret secret, Instant now) {
            return new WebhookView(
                    webhook.id(),
                    webhook.url().toString(),
                    webhook.description(),
                    webhook.events(),
                    webhook.enabled(),
                    webhook.disabledAt(),
                    webhook.disabledReason(),
                    webhook.pausedUntil(),
                    webhook.failingSince(),
                    webhook.lastSuccessAt(),
                    webhook.lastFailureAt(),
                    webhook.hasFormerAt(now) ? webhook.formerUntil() : null,
                    webhook.createdBy(),
                    webhook.createdAt(),
                    webhook.updatedAt(),
                    secret == null ? null : secret.text());
        }
    }

    record WebhookPage(List<WebhookView> items, long total, int offset, int limit) {}

    /// The last try's answer stands beside the list of all of them.
    ///
    /// @param messageId what the receiver sees as `webhook-id`
    /// @param replay    0 for the delivery itself, n for its n-th replay
    record DeliveryView(
            UUID id,
            UUID webhookId,
            UUID messageId,
            String event,
            int replay,
            String status,
            int attempts,
            int maxAttempts,
            @Nullable Instant nextAttemptAt,
            Instant createdAt,
            @Nullable Instant lastAttemptAt,
            @Nullable Instant finishedAt,
            @Nullable Integer responseStatus,
            @Nullable String responseExcerpt,
            @Nullable String error,
            @Nullable Long durationMs,
            List<Try> tries) {
        static DeliveryView of(Delivery delivery) {
            var last = delivery.tries().isEmpty() ? null : delivery.tries().getLast();
            return new DeliveryView(
                    delivery.id(),
                    delivery.webhook(),
                    delivery.message(),
                    delivery.event(),
                    delivery.replay(),
                    delivery.status().spelled(),
                    delivery.attempts(),
                    delivery.mostAttempts(),
                    delivery.nextAttemptAt(),
                    delivery.createdAt(),
                    delivery.lastAttemptAt(),
                    delivery.finishedAt(),
                    last == null ? null : last.responseStatus(),
                    last == null ? null : last.responseExcerpt(),
                    last == null ? null : last.error(),
                    last == null ? null : last.durationMs(),
                    delivery.tries());
        }
    }

    record DeliveryPage(
            List<DeliveryView> items,
            long total,
            int offset,
            int limit,
            @Nullable UUID nextCursor) {}

    /// @param queued how many deliveries were queued
    record ReplayView(int queued) {}

    @Operation(summary = "Lists the tenant's webhooks, newest first, without their secrets")
    @GetMapping
    WebhookPage list(
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        var page = webhooks.list(tenant, offset, limit);
        var now = clock.instant();
        return new WebhookPage(
                page.items().stream()
                        .map(webhook -> WebhookView.of(webhook, null, now))
                        .toList(),
                page.total(),
                offset,
                limit);
    }

    @Operation(
            summary = "Makes a webhook; its secret is shown this once",
            description = "Deliveries are signed as Standard Webhooks says (webhook-id, webhook-timestamp,"
                    + " webhook-signature) and with X-Monsys-Signature, the hexadecimal HMAC-SHA-256 of the body under"
                    + " the secret's text.")
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    WebhookView create(@Valid @RequestBody WebhookForm form, Actor actor, Caller caller) {
        var wish = new WebhookWish.Create(
                url(form.url()), form.description(), events(form.events()), secret(form.secret()));
        return view(webhooks.create(new Wisher(actor, caller), wish));
    }

    @Operation(summary = "Gives a webhook, without its secret")
    @GetMapping("/{id}")
    WebhookView get(@PathVariable UUID id, TenantId tenant) {
        return webhooks.find(tenant, id)
                .map(webhook -> WebhookView.of(webhook, null, clock.instant()))
                .orElseThrow(() -> noSuchWebhook(id));
    }

    @Operation(
            summary = "Changes what is mentioned of a webhook",
            description = "What waits for a webhook that is switched off is given up and noted as skipped, as is what"
                    + " happens while it is off; a replay tells it later.")
    @PatchMapping("/{id}")
    WebhookView change(@PathVariable UUID id, @Valid @RequestBody WebhookChangeForm form, Actor actor, Caller caller) {
        var wish = new WebhookWish.Change(
                form.url() == null ? null : url(form.url()),
                form.description(),
                form.events() == null ? null : events(form.events()),
                form.enabled());
        return view(webhooks.change(new Wisher(actor, caller), id, wish), id);
    }

    @Operation(summary = "Deletes a webhook with its deliveries")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, Actor actor, Caller caller) {
        view(webhooks.delete(new Wisher(actor, caller), id), id);
    }

    @Operation(
            summary = "Gives a webhook a new secret, shown this once",
            description = "Until former_secret_until deliveries are signed with both: webhook-signature names two"
                    + " signatures, X-Monsys-Signature-Former carries the former secret's.")
    @PostMapping("/{id}/rotate-secret")
    WebhookView rotateSecret(
            @PathVariable UUID id,
            @Valid @RequestBody(required = false) @Nullable RotationForm form,
            Actor actor,
            Caller caller) {
        var overlap = form == null ? null : form.overlapHours();
        return view(
                webhooks.rotateSecret(
                        new Wisher(actor, caller),
                        id,
                        form == null ? null : secret(form.secret()),
                        overlap == null ? null : Duration.ofHours(overlap)),
                id);
    }

    @Operation(summary = "Sends a test message, tried once; its delivery tells how it went")
    @PostMapping("/{id}/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    DeliveryView test(@PathVariable UUID id, Actor actor, Caller caller) {
        return delivery(webhooks.test(new Wisher(actor, caller), id), id);
    }

    @Operation(
            summary = "Lists a webhook's deliveries with each try, newest first",
            description =
                    "`next_cursor`, shown as `cursor`, goes on behind the page; without it the list is at its end.")
    @GetMapping("/{id}/deliveries")
    DeliveryPage deliveries(
            @PathVariable UUID id,
            @RequestParam(required = false) @Pattern(regexp = "pending|delivered|failed|skipped") @Nullable
                    String status,
            @RequestParam(required = false) @Size(max = 150) @Pattern(regexp = STORABLE) @Nullable String event,
            @RequestParam(required = false) @Nullable Instant from,
            @RequestParam(required = false) @Nullable Instant to,
            @RequestParam(required = false) @Nullable UUID cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        if (cursor != null && offset != 0) {
            throw ProblemException.invalid("offset", "does not go together with cursor");
        }
        var filter = new DeliveryRepository.Filter(
                status == null ? null : Status.of(status), event, inThisAge("from", from), inThisAge("to", to), cursor);
        var page = webhooks.deliveries(tenant, id, filter, offset, limit).orElseThrow(() -> noSuchWebhook(id));
        return new DeliveryPage(
                page.items().stream().map(DeliveryView::of).toList(),
                page.total(),
                offset,
                limit,
                page.items().size() < limit ? null : page.items().getLast().id());
    }

    @Operation(
            summary = "Sends a delivery's message once more",
            description = "A delivery of its own, with the same webhook-id: a receiver that took it knows it again.")
    @PostMapping("/{id}/deliveries/{delivery_id}/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    DeliveryView replay(
            @PathVariable UUID id, @PathVariable("delivery_id") UUID deliveryId, Actor actor, Caller caller) {
        return delivery(webhooks.replay(new Wisher(actor, caller), id, deliveryId), id);
    }

    @Operation(
            summary = "Sends once more what came in a stretch of time and never arrived, in the order in which it came",
            description = "Deliveries that failed or were skipped, with include_delivered also those that arrived; not"
                    + " those under way, and no tests. At most 10,000 at a time.")
    @PostMapping("/{id}/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    ReplayView replayAll(@PathVariable UUID id, @Valid @RequestBody ReplayForm form, Actor actor, Caller caller) {
        var from = form.from();
        var to = form.to() == null ? clock.instant() : form.to();
        inThisAge("from", from);
        inThisAge("to", to);
        if (!from.isBefore(to)) {
            throw ProblemException.invalid("from", "must be before to");
        }
        var outcome = webhooks.replayAll(
                new Wisher(actor, caller), id, from, to, Boolean.TRUE.equals(form.includeDelivered()));
        if (outcome instanceof QueuedMany(var queued)) {
            return new ReplayView(queued);
        }
        throw problem(outcome, id);
    }

    private WebhookView view(Outcome outcome) {
        return view(outcome, null);
    }

    private WebhookView view(Outcome outcome, @Nullable UUID id) {
        return switch (outcome) {
            case Done(var webhook) -> WebhookView.of(webhook, null, clock.instant());
            case DoneWithSecret(var webhook, var secret) -> WebhookView.of(webhook, secret, clock.instant());
            default -> throw problem(outcome, id);
        };
    }

    private static DeliveryView delivery(Outcome outcome, UUID id) {
        if (outcome instanceof Queued(var delivery)) {
            return DeliveryView.of(delivery);
        }
        throw problem(outcome, id);
    }

    private static RuntimeException problem(Outcome outcome, @Nullable UUID id) {
        return switch (outcome) {
            case NoSuchWebhook() -> noSuchWebhook(id);
            case NoSuchDelivery(var delivery) -> CommonProblem.NOT_FOUND.because("no delivery " + delivery);
            case AddressRefused(var why) -> ProblemException.invalid("url", why);
            case TooMany(var most) -> CommonProblem.BUSINESS_RULE.because("at most %d".formatted(most));
            case IsOff() -> CommonProblem.CONFLICT.because("the webhook is switched off");
            case UnderWay() -> CommonProblem.CONFLICT.because("the delivery is on its way");
            case NoKey() ->
                CommonProblem.UNAVAILABLE
                        .because("this hub keeps no secrets: WARDROOM_WEBHOOK_KEY is not set")
                        .retryAfter(COME_AGAIN);
            case Done _, DoneWithSecret _, Queued _, QueuedMany _ ->
                new IllegalStateException("an outcome of another wish");
        };
    }

    private static ProblemException noSuchWebhook(@Nullable UUID id) {
        return CommonProblem.NOT_FOUND.because("no webhook " + id);
    }

    private static URI url(String text) {
        try {
            var url = new URI(text);
            if (text.length() <= LONGEST_URL
                    && url.getScheme() != null
                    && SCHEMES.contains(url.getScheme())
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && url.getPort() != 0
                    && url.getPort() <= HIGHEST_PORT) {
                return new URI(url.toASCIIString());
            }
        } catch (URISyntaxException malformed) {
            // told below
        }
        throw ProblemException.invalid(
                "url",
                "must be an http or https address of at most 2000 characters, without credentials or a fragment");
    }

    private static List<String> events(List<String> asked) {
        for (var i = 0; i < asked.size(); i++) {
            if (!EventName.isWanted(asked.get(i))) {
                throw ProblemException.invalid("events[%d]".formatted(i), "is no event that webhooks are told of");
            }
        }
        return asked.stream().distinct().toList();
    }

    private static @Nullable WebhookSecret secret(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!WebhookSecret.isOne(text)) {
            throw ProblemException.invalid("secret", "must be whsec_ and base64 of 24 to 64 bytes");
        }
        return new WebhookSecret(text);
    }

    private static @Nullable Instant inThisAge(String field, @Nullable Instant moment) {
        if (moment != null && (moment.isBefore(EARLIEST) || !moment.isBefore(LATEST))) {
            throw ProblemException.invalid(field, "must lie between the years 2000 and 2200");
        }
        return moment;
    }
}
