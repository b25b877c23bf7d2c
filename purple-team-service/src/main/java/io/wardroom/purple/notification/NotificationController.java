package io.wardroom.purple.notification;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.notification.NotificationRepository.Own;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@RestController
@RequestMapping("/api/v1/notifications")
class NotificationController {
    private static final int MOST_MISSED = 100;
    private static final Duration COME_BACK = Duration.ofSeconds(30);

    private final Notifications notifications;
    private final NotificationStreams streams;

    NotificationController(Notifications notifications, NotificationStreams streams) {
        this.notifications = notifications;
        this.streams = streams;
    }

    record NotificationPage(List<NotificationView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists what the caller was told, the newest first")
    @GetMapping
    NotificationPage list(
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit,
            Actor actor) {
        var page = notifications.list(actor, offset, limit);
        return new NotificationPage(
                page.items().stream().map(NotificationController::view).toList(), page.total(), offset, limit);
    }

    record UnreadView(long unreadCount) {}

    @Operation(summary = "Counts what the caller has not read")
    @GetMapping("/unread-count")
    UnreadView unread(Actor actor) {
        return new UnreadView(notifications.unread(actor));
    }

    @Operation(summary = "Marks one as read")
    @PatchMapping("/{id}/read")
    NotificationView read(@PathVariable UUID id, Actor actor, Caller caller) {
        return notifications
                .markRead(actor, caller, id)
                .map(NotificationController::view)
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no notification " + id));
    }

    /// @param updated how many were unread
    record AllReadView(long updated) {}

    @Operation(summary = "Marks all as read")
    @PostMapping("/read-all")
    AllReadView readAll(Actor actor, Caller caller) {
        return new AllReadView(notifications.markAllRead(actor, caller));
    }

    @Operation(
            summary = "Pushes what the caller is told from now on, as server-sent events",
            description = "Events are named `notification` and carry what the list shows. The stream ends after some"
                    + " minutes; a browser comes back by itself and says by `Last-Event-ID` what it had.")
    @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> stream(
            @Parameter(description = "the last one that was read from a stream before")
                    @RequestHeader(name = "Last-Event-ID", required = false)
                    @Nullable
                    UUID last,
            Actor actor) {
        var missed = last == null
                ? List.<Notification>of()
                : notifications.after(actor, last, MOST_MISSED).stream()
                        .map(Own::notification)
                        .toList();
        var emitter = streams.open(actor, missed).orElseThrow(() -> CommonProblem.RATE_LIMITED
                .because("too many streams are open")
                .retryAfter(COME_BACK));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                // proxies in between must not gather the events
                .header("X-Accel-Buffering", "no")
                .body(emitter);
    }

    private static NotificationView view(Own own) {
        return NotificationView.of(own.notification(), own.read());
    }
}
