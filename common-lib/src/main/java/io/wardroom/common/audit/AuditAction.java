package io.wardroom.common.audit;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A sensitive action was done or refused. Published on `audit.actions.v1`, keyed by tenant, by every service.
///
/// @param id         the row's id in the audit log, UUIDv7
/// @param tenantId   whose log it belongs to; the nil UUID for the installation's own
/// @param actorType  `user`, `agent` or `system`
/// @param userId     the person, where one is known
/// @param username   the name the actor gave or has
/// @param action     what was done: `create_enrolment_token`, `agent_registered`, `login`, ...
/// @param entityType what it was done to: `agent`, `enrolment_token`, `session`, ...
/// @param outcome    `success` or `refused`
/// @param reason     why it was refused, as a code
/// @param details    what else matters; never a secret
public record AuditAction(
        UUID id,
        UUID tenantId,
        String actorType,
        @Nullable UUID userId,
        @Nullable String username,
        String action,
        String entityType,
        @Nullable String entityId,
        Instant timestamp,
        String outcome,
        @Nullable String reason,
        @Nullable String sourceIp,
        @Nullable String userAgent,
        @Nullable String requestId,
        Map<String, Object> details) {
    public static final String TYPE = "io.wardroom.action.recorded.v1";
}
