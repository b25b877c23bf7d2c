package io.wardroom.common.web;

import io.wardroom.common.event.UuidV7;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The id by which a request is found in answers, logs and audit rows.
public final class RequestId {
    public static final String HEADER = "X-Request-Id";
    /// Its name in log lines.
    public static final String LOGGED = "request_id";

    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /// The caller's id where it is a sane token, else a new one.
    public static String from(@Nullable String offered) {
        return offered != null && SANE.matcher(offered).matches()
                ? offered
                : UuidV7.next().toString();
    }
}
