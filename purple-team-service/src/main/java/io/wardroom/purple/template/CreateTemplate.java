package io.wardroom.purple.template;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The wish for a template of the tenant's own.
record CreateTemplate(
        Actor actor,
        Caller caller,
        String mitreTechniqueId,
        String name,
        String description,
        @Nullable String sourceUrl,
        List<String> platforms,
        String severity,
        @Nullable String toolSuggested,
        String attackProcedure,
        @Nullable String expectedDetection,
        @Nullable String suggestedRemediation,
        @Nullable String atomicTestId) {
    static final int MOST = 5_000;

    /// Every way the wish can end.
    sealed interface Outcome {
        record Created(Template template) implements Outcome {}

        record TooMany(int allowed) implements Outcome {}
    }
}
