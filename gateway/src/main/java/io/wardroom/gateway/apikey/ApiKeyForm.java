package io.wardroom.gateway.apikey;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.wardroom.common.security.Actor;
import io.wardroom.gateway.answer.Fields;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param scopes    `read`, `write`, or `<area>:read`, `<area>:write`
/// @param expiresAt an RFC 3339 time; the default is set by configuration
record ApiKeyForm(
        @Nullable String name,
        @Nullable List<@Nullable String> scopes,

        @Schema(format = "date-time") @JsonProperty("expires_at") @Nullable
        String expiresAt) {
    private static final int LONGEST_NAME = 100;
    private static final String NO_SCOPE = "must be of: read, write, and each of fleet, console, cloud, "
            + "compliance, audit, purple, users with :read or :write";

    /// @throws io.wardroom.common.problem.ProblemException naming every field at fault
    MakeKey wish(Actor actor, Instant now, ApiKeyProperties properties) {
        var fields = new Fields();
        var wish = new MakeKey(
                actor,
                fields.text("name", name, LONGEST_NAME),
                scopes(fields),
                end(fields, now, properties).truncatedTo(ChronoUnit.MICROS));
        fields.check();
        return wish;
    }

    private List<Scope> scopes(Fields fields) {
        if (scopes == null || scopes.isEmpty()) {
            fields.wrong("scopes", "must not be empty");
            return List.of();
        }
        var known = scopes.stream()
                .flatMap(text -> Scope.of(text == null ? "" : text).stream())
                .distinct()
                .toList();
        // one that is named twice is a slip too
        if (known.size() != scopes.size()) {
            fields.wrong("scopes", NO_SCOPE + ", none twice");
        }
        return known;
    }

    private Instant end(Fields fields, Instant now, ApiKeyProperties properties) {
        if (expiresAt == null) {
            return now.plus(properties.lifetime());
        }
        try {
            var end = Instant.parse(expiresAt);
            if (!end.isAfter(now) || end.isAfter(now.plus(properties.longest()))) {
                fields.wrong(
                        "expires_at",
                        "must lie in the next %d days"
                                .formatted(properties.longest().toDays()));
            }
            return end;
        } catch (DateTimeParseException unreadable) {
            fields.wrong("expires_at", "must be a time such as 2026-01-31T09:15:00Z");
            return now;
        }
    }
}
