package io.wardroom.fleet.alert.silence;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A wish not to be told of some alerts until an end. It holds for what all its parts match; absent parts match all.
record Silence(
        UUID id, Scope scope, Instant startsAt, Instant endsAt, String reason, String createdBy, Instant createdAt) {
    record Scope(
            @Nullable UUID rule,
            @Nullable UUID agent,
            @Nullable String tag,
            @Nullable String category,
            @Nullable String severity) {
        boolean isEmpty() {
            return rule == null && agent == null && tag == null && category == null && severity == null;
        }

        boolean covers(Subject subject) {
            return (rule == null || rule.equals(subject.rule()))
                    && (agent == null || agent.equals(subject.agent()))
                    && (tag == null || subject.tags().contains(tag))
                    && (category == null || Objects.equals(category, subject.category()))
                    && (severity == null || Objects.equals(severity, subject.severity()));
        }
    }

    boolean mutes(Subject subject, Instant at) {
        return !at.isBefore(startsAt) && at.isBefore(endsAt) && scope.covers(subject);
    }
}
