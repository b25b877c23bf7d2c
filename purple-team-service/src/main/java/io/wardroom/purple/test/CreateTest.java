package io.wardroom.purple.test;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The wish for a new test: of one's own words, from a template, or again.
sealed interface CreateTest {
    Actor actor();

    Caller caller();

    record Own(
            Actor actor,
            Caller caller,
            UUID techniqueId,
            AttackTest.Plan plan,
            @Nullable String remediationSteps) implements CreateTest {}

    /// @param techniqueId which one is tested; null for the one the template names
    record FromTemplate(
            Actor actor,
            Caller caller,
            UUID templateId,
            @Nullable UUID techniqueId) implements CreateTest {}

    record Retest(Actor actor, Caller caller, UUID testId) implements CreateTest {}

    /// Every way the wish can end.
    sealed interface Outcome {
        record Created(AttackTest test) implements Outcome {}

        record NoSuchTechnique() implements Outcome {}

        record NoSuchTemplate() implements Outcome {}

        record InactiveTemplate() implements Outcome {}

        record NoSuchTest() implements Outcome {}

        record NotDecidedYet(TestState state) implements Outcome {}

        record TooManyRetests(int allowed) implements Outcome {}
    }
}
