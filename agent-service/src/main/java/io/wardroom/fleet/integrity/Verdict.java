package io.wardroom.fleet.integrity;

import java.util.Map;

/// How a check ended.
sealed interface Verdict {
    record Fails(String severity, String summary, Map<String, Object> detail) implements Verdict {}

    record Passes() implements Verdict {}

    /// Too little is known to say either: what is open stays open, and nothing opens.
    record Unknown() implements Verdict {}
}
