package io.wardroom.purple.intel;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The wish to look through the feeds for what is about techniques.
///
/// @param by who wants it; null is the hub itself
record RunIntelScan(@Nullable Actor by, Caller caller) {
    /// What came of one feed.
    ///
    /// @param source  the file or address
    /// @param read    how many entries it has
    /// @param met     how many of them are about techniques
    /// @param added   how many of these are new
    /// @param changed of how many known ones it says something else, or is about further techniques
    /// @param trouble why nothing of it was recorded; null where it was
    record FeedResult(
            String feed,
            String source,
            int read,
            int met,
            int added,
            int changed,
            @Nullable String trouble) {}

    /// Every way the wish can end.
    sealed interface Outcome {
        /// At least one feed was read.
        ///
        /// @param mapping where the mapping came from, or why it was done without
        record Done(List<FeedResult> feeds, String mapping) implements Outcome {
            int added() {
                return feeds.stream().mapToInt(FeedResult::added).sum();
            }
        }

        /// No feed could be read, and the first was broken.
        record Broken(String why) implements Outcome {}

        /// No feed could be read; later one may.
        record Away(String why) implements Outcome {}

        /// No feed is configured.
        record NoFeeds() implements Outcome {}

        record Busy() implements Outcome {}
    }
}
