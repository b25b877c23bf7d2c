package io.wardroom.common.audit;

import org.jspecify.annotations.Nullable;

/// Where a request came from, as the audit log keeps it.
///
/// @param userAgent cut to 256 characters
public record Caller(
        @Nullable String sourceIp,
        @Nullable String userAgent,
        @Nullable String requestId) {
    /// Work that nobody asked for by a request.
    public static final Caller NOBODY = new Caller(null, null, null);

    private static final int LONGEST_USER_AGENT = 256;

    public Caller {
        if (userAgent != null && userAgent.length() > LONGEST_USER_AGENT) {
            userAgent = userAgent.substring(0, LONGEST_USER_AGENT);
        }
    }
}
