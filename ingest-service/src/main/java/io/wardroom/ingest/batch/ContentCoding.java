package io.wardroom.ingest.batch;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a body may be compressed.
public enum ContentCoding {
    IDENTITY,
    GZIP,
    ZSTD;

    /// @param header `Content-Encoding` as it came, or null
    /// @return empty for one that is not understood, several on top of each other among them
    public static Optional<ContentCoding> of(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return Optional.of(IDENTITY);
        }
        return switch (header.strip().toLowerCase(Locale.ROOT)) {
            case "identity" -> Optional.of(IDENTITY);
            case "gzip", "x-gzip" -> Optional.of(GZIP);
            case "zstd" -> Optional.of(ZSTD);
            default -> Optional.empty();
        };
    }
}
