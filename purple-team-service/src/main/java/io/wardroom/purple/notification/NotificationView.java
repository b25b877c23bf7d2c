package io.wardroom.purple.notification;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// @param type `test_` and the state a test came to, or `technique_status_lowered`
record NotificationView(
        UUID id,
        String type,
        String title,
        String message,
        @Nullable UUID testId,
        boolean isRead,
        Instant createdAt) {
    static NotificationView of(Notification notification, boolean read) {
        return new NotificationView(
                notification.id(),
                notification.type(),
                notification.title(),
                notification.message(),
                notification.testId(),
                read,
                notification.createdAt());
    }
}
