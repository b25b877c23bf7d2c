package io.wardroom.fleet.governance;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What people say of a host; null is what nobody said.
record Governance(
        @Nullable String owner,
        @Nullable String ownerEmail,
        @Nullable String businessUnit,
        @Nullable String environment,
        @Nullable String criticality,
        @Nullable String dataClassification,
        @Nullable Boolean pii,
        @Nullable String location,
        @Nullable String costCenter,
        @Nullable String runbookUrl,
        @Nullable String notes,
        @Nullable Instant reviewDueAt) {
    static final Governance NONE =
            new Governance(null, null, null, null, null, null, null, null, null, null, null, null);

    /// This, where the other says nothing; else what the other says.
    Governance with(Governance other) {
        return new Governance(
                or(other.owner, owner),
                or(other.ownerEmail, ownerEmail),
                or(other.businessUnit, businessUnit),
                or(other.environment, environment),
                or(other.criticality, criticality),
                or(other.dataClassification, dataClassification),
                or(other.pii, pii),
                or(other.location, location),
                or(other.costCenter, costCenter),
                or(other.runbookUrl, runbookUrl),
                or(other.notes, notes),
                or(other.reviewDueAt, reviewDueAt));
    }

    /// The fields in which `after` differs, each with both of its values, as the audit log keeps them.
    Map<String, Map<String, @Nullable Object>> changesTo(Governance after) {
        var old = values();
        var changes = new LinkedHashMap<String, Map<String, @Nullable Object>>();
        after.values().forEach((field, value) -> {
            if (!Objects.equals(old.get(field), value)) {
                var both = new LinkedHashMap<String, @Nullable Object>();
                both.put("before", old.get(field));
                both.put("after", value);
                changes.put(field, both);
            }
        });
        return changes;
    }

    private Map<String, @Nullable Object> values() {
        var values = new LinkedHashMap<String, @Nullable Object>();
        values.put("owner", owner);
        values.put("owner_email", ownerEmail);
        values.put("business_unit", businessUnit);
        values.put("environment", environment);
        values.put("criticality", criticality);
        values.put("data_classification", dataClassification);
        values.put("pii", pii);
        values.put("location", location);
        values.put("cost_center", costCenter);
        values.put("runbook_url", runbookUrl);
        values.put("notes", notes);
        values.put("review_due_at", reviewDueAt == null ? null : reviewDueAt.toString());
        return values;
    }

    private static <T> @Nullable T or(@Nullable T first, @Nullable T second) {
        return first == null ? second : first;
    }
}
