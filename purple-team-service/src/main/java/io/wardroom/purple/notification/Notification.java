package io.wardroom.purple.notification;

import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One thing told to somebody.
record Notification(
        UUID id,
        UUID tenantId,
        Recipient to,
        String type,
        String title,
        String message,
        @Nullable UUID testId,
        Instant createdAt) {
    /// Whom it is told to.
    sealed interface Recipient {
        record Person(UUID id) implements Recipient {}

        record Everybody(Role role) implements Recipient {}
    }

    boolean isFor(Actor actor) {
        return tenantId.equals(actor.tenant().value())
                && switch (to) {
                    case Recipient.Person(var id) -> id.equals(actor.id());
                    case Recipient.Everybody(var role) -> role == actor.role();
                };
    }
}
