package io.wardroom.purple.report;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/// How a report is written.
enum ReportFormat {
    JSON,
    HTML,
    CSV;

    /// What `format` says, else what the caller likes better. A browser names HTML; whoever takes anything gets JSON.
    ///
    /// @param said `json`, `html` or nothing
    static ReportFormat of(@Nullable String said, List<String> accepted) {
        if (said != null) {
            return said.equals("html") ? HTML : JSON;
        }
        return liking(accepted, MediaType.TEXT_HTML) > liking(accepted, MediaType.APPLICATION_JSON) ? HTML : JSON;
    }

    /// How much the caller likes a type it names: 0 where it does not.
    private static double liking(List<String> accepted, MediaType type) {
        return parsed(accepted).stream()
                .filter(type::equalsTypeAndSubtype)
                .map(MediaType::getQualityValue)
                .max(Comparator.naturalOrder())
                .orElse(0.0);
    }

    private static List<MediaType> parsed(List<String> accepted) {
        try {
            return MediaType.parseMediaTypes(accepted);
        } catch (InvalidMediaTypeException unreadable) {
            return List.of();
        }
    }
}
