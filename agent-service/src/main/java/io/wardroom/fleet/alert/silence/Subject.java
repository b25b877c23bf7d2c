package io.wardroom.fleet.alert.silence;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What of an alert decides whether it is muted.
///
/// @param tags those of its agent
public record Subject(
        UUID agent, List<String> tags, @Nullable UUID rule, String category, String severity) {}
