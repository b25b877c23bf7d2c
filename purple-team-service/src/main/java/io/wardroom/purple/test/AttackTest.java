package io.wardroom.purple.test;

import static io.wardroom.purple.test.TestState.DRAFT;
import static io.wardroom.purple.test.TestState.IN_REVIEW;
import static io.wardroom.purple.test.TestState.REJECTED;
import static io.wardroom.purple.test.TestState.VALIDATED;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One test of a technique. What is null was not said yet.
///
/// @param version counts its changes; who changes it may say which one they read
record AttackTest(
        UUID id,
        Subject subject,
        @Nullable UUID templateId,
        Plan plan,
        TestState state,
        Person createdBy,
        Instant createdAt,
        Instant updatedAt,
        Times times,
        RedWork red,
        BlueWork blue,
        @Nullable Verdict redVerdict,
        @Nullable Verdict blueVerdict,
        Remediation remediation,
        Lineage lineage,
        long version) {
    static final String APPROVED = "approved";
    static final String DISAPPROVED = "rejected";
    static final String PENDING = "pending";
    static final String COMPLETED = "completed";

    /// The technique it is about.
    record Subject(UUID techniqueId, String mitreId) {}

    record Person(UUID id, String name) {}

    record Plan(
            String name,
            String description,
            @Nullable String platform,
            @Nullable String procedure,
            @Nullable String tool) {}

    /// When it came to each state, the last time where it came more than once.
    record Times(
            @Nullable Instant started,
            @Nullable Instant redSubmitted,
            @Nullable Instant blueSubmitted,
            @Nullable Instant decided,
            @Nullable Instant reopened) {
        static final Times NONE = new Times(null, null, null, null, null);

        Times decidedAt(Instant now) {
            return new Times(started, redSubmitted, blueSubmitted, now, reopened);
        }
    }

    record RedWork(@Nullable Boolean success, @Nullable String summary) {
        static final RedWork NONE = new RedWork(null, null);
    }

    /// @param detection `detected`, `not_detected` or `partially_detected`
    record BlueWork(@Nullable String detection, @Nullable String summary) {
        static final BlueWork NONE = new BlueWork(null, null);
    }

    /// What one side's lead says.
    ///
    /// @param status `pending`, `approved` or `rejected`
    record Verdict(
            String status,
            @Nullable String notes,
            @Nullable UUID by,
            @Nullable Instant at) {
        static final Verdict OPEN = new Verdict(PENDING, null, null, null);

        boolean isOpen() {
            return status.equals(PENDING);
        }

        boolean is(String what) {
            return status.equals(what);
        }
    }

    /// @param status `pending`, `in_progress`, `completed` or `not_applicable`
    record Remediation(
            @Nullable String steps,
            @Nullable String status,
            @Nullable UUID assignee,
            @Nullable Instant completed) {
        static final Remediation NONE = new Remediation(null, null, null, null);
    }

    /// @param root  the first of the chain, its own id where it is that
    /// @param count how many came before it
    record Lineage(UUID root, @Nullable UUID retestOf, int count) {}

    AttackTest started(Instant now) {
        return at(
                TestState.RED_EXECUTING,
                new Times(now, times.redSubmitted, times.blueSubmitted, times.decided, times.reopened),
                now);
    }

    AttackTest submittedByRed(Instant now) {
        return at(
                TestState.BLUE_EVALUATING,
                new Times(times.started, now, times.blueSubmitted, times.decided, times.reopened),
                now);
    }

    AttackTest submittedByBlue(Instant now) {
        return at(IN_REVIEW, new Times(times.started, times.redSubmitted, now, times.decided, times.reopened), now)
                .judged(Verdict.OPEN, Verdict.OPEN);
    }

    /// Back to a draft: what the leads said is cleared, what both sides wrote stays.
    AttackTest reopened(Instant now) {
        return at(DRAFT, new Times(times.started, times.redSubmitted, times.blueSubmitted, null, now), now)
                .judged(null, null);
    }

    /// With both verdicts as given: both approve and it is validated, one rejects and it is rejected.
    AttackTest decided(Verdict byRed, Verdict byBlue, Instant now) {
        var judged = judged(byRed, byBlue);
        if (byRed.is(DISAPPROVED) || byBlue.is(DISAPPROVED)) {
            return judged.at(REJECTED, times.decidedAt(now), now);
        }
        if (byRed.is(APPROVED) && byBlue.is(APPROVED)) {
            return judged.at(VALIDATED, times.decidedAt(now), now);
        }
        return judged.touched(now);
    }

    AttackTest with(Plan otherPlan, Instant now) {
        return new AttackTest(
                id,
                subject,
                templateId,
                otherPlan,
                state,
                createdBy,
                createdAt,
                now,
                times,
                red,
                blue,
                redVerdict,
                blueVerdict,
                remediation,
                lineage,
                version);
    }

    AttackTest with(RedWork otherWork, Instant now) {
        return new AttackTest(
                id,
                subject,
                templateId,
                plan,
                state,
                createdBy,
                createdAt,
                now,
                times,
                otherWork,
                blue,
                redVerdict,
                blueVerdict,
                remediation,
                lineage,
                version);
    }

    AttackTest with(BlueWork otherWork, Instant now) {
        return new AttackTest(
                id,
                subject,
                templateId,
                plan,
                state,
                createdBy,
                createdAt,
                now,
                times,
                red,
                otherWork,
                redVerdict,
                blueVerdict,
                remediation,
                lineage,
                version);
    }

    AttackTest with(Remediation otherRemediation, Instant now) {
        return new AttackTest(
                id,
                subject,
                templateId,
                plan,
                state,
                createdBy,
                createdAt,
                now,
                times,
                red,
                blue,
                redVerdict,
                blueVerdict,
                otherRemediation,
                lineage,
                version);
    }

    private AttackTest judged(@Nullable Verdict byRed, @Nullable Verdict byBlue) {
        return new AttackTest(
                id,
                subject,
                templateId,
                plan,
                state,
                createdBy,
                createdAt,
                updatedAt,
                times,
                red,
                blue,
                byRed,
                byBlue,
                remediation,
                lineage,
                version);
    }

    private AttackTest touched(Instant now) {
        return at(state, times, now);
    }

    private AttackTest at(TestState otherState, Times otherTimes, Instant now) {
        return new AttackTest(
                id,
                subject,
                templateId,
                plan,
                otherState,
                createdBy,
                createdAt,
                now,
                otherTimes,
                red,
                blue,
                redVerdict,
                blueVerdict,
                remediation,
                lineage,
                version);
    }
}
