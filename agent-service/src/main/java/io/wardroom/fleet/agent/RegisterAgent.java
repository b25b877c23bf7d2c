package io.wardroom.fleet.agent;

import io.wardroom.common.audit.Caller;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A machine's wish to report to this hub.
///
/// @param credential    an enrolment token, or the agent's own
/// @param instanceId    the start of the agent that asks, where it says so
/// @param signingPubkey raw 32-byte Ed25519 key in base64, where the machine has one
record RegisterAgent(
        String credential,
        Machine machine,
        @Nullable String instanceId,
        @Nullable String signingPubkey,
        Caller caller) {
    /// Every way the wish can end.
    sealed interface Outcome {
        /// A new agent; the token is shown this once.
        record Registered(UUID agent, String token) implements Outcome {}

        /// The same machine with the same key; with an enrolment token it got a new token, its old one is dead.
        record SameMachine(UUID agent, String token) implements Outcome {}

        record CredentialRefused() implements Outcome {}

        /// Another key than the pinned one, or none at all where one is pinned.
        record KeyRefused(UUID agent) implements Outcome {}

        /// An agent's token shown by a machine that is not that agent's.
        record OtherMachine() implements Outcome {}
    }
}
