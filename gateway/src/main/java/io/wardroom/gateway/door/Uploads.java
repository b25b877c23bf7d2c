package io.wardroom.gateway.door;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What is an upload: a form with files (RFC 7578).
final class Uploads {
    private static final String FORM = "multipart/form-data";

    private Uploads() {}

    static boolean isForm(@Nullable String contentType) {
        return contentType != null
                && contentType.strip().toLowerCase(Locale.ROOT).startsWith(FORM);
    }
}
