package io.wardroom.gateway.answer;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;

/// One page of a list.
///
/// @param total of all pages
public record Paged<T>(List<T> items, long total, int offset, int limit) {
    public static final int MOST = 200;

    public Paged {
        items = List.copyOf(items);
    }

    /// @throws ProblemException if a page of that size, or from there, is none
    public static void check(int offset, int limit) {
        var faults = new ArrayList<FieldFault>();
        if (offset < 0) {
            faults.add(new FieldFault("offset", "must be 0 or more"));
        }
        if (limit < 1 || limit > MOST) {
            faults.add(new FieldFault("limit", "must be 1 to " + MOST));
        }
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults.toArray(FieldFault[]::new));
        }
    }
}
