package io.wardroom.purple.test;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The wish to change a test.
///
/// @param read the version that was read before; null takes it as it is
record ChangeTest(
        Actor actor, Caller caller, UUID test, @Nullable Long read, What what) {

    /// What is to be done with it. In the edits null leaves what is there.
    sealed interface What {
        /// Only by who made it, or an administrator.
        record Edit(
                @Nullable String name,
                @Nullable String description,
                @Nullable String platform,
                @Nullable String procedure,
                @Nullable String tool)
                implements What {}

        record EditRed(
                @Nullable String procedure,
                @Nullable String tool,
                @Nullable Boolean success,
                @Nullable String summary) implements What {}

        record EditBlue(
                @Nullable String detection, @Nullable String summary) implements What {}

        record EditRemediation(
                @Nullable String steps,
                @Nullable String status,
                @Nullable UUID assignee) implements What {}

        record Start() implements What {}

        record SubmitRed() implements What {}

        record SubmitBlue() implements What {}

        /// One side's verdict; an administrator may give either.
        record Judge(Side side, boolean approves, @Nullable String notes) implements What {}

        /// The verdict of the caller's own side, an administrator's for both.
        ///
        /// @param detection what blue's result becomes; null leaves it
        record JudgeOwn(
                boolean approves,
                @Nullable String detection,
                @Nullable String notes) implements What {}

        record Reopen() implements What {}

        /// What was wanted, as the audit trail and the timeline call it.
        default String verb() {
            return switch (this) {
                case Edit _ -> "update_test";
                case EditRed _ -> "update_test_red";
                case EditBlue _ -> "update_test_blue";
                case EditRemediation _ -> "update_test_remediation";
                case Start _ -> "start_test_execution";
                case SubmitRed _ -> "submit_test_red";
                case SubmitBlue _ -> "submit_test_blue";
                case Judge judge -> "validate_test_" + judge.side().spelled();
                case JudgeOwn judge -> judge.approves() ? "validate_test" : "reject_test";
                case Reopen _ -> "reopen_test";
            };
        }
    }

    /// Every way the wish can end.
    sealed interface Outcome {
        record Changed(AttackTest test) implements Outcome {}

        record NoSuchTest() implements Outcome {}

        record NoSuchTransition(TestState current, TestState target) implements Outcome {}

        /// @param allowed the states in which it can be done
        record NotInThisState(TestState current, List<TestState> allowed) implements Outcome {}

        record NotYours() implements Outcome {}

        record ChangedMeanwhile(long version) implements Outcome {}

        record AlreadyJudged(Side side) implements Outcome {}
    }
}
