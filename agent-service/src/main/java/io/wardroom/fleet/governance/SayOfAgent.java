package io.wardroom.fleet.governance;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.UUID;

/// The wish to say something of a host.
///
/// @param replaces whether what it does not mention is unsaid
record SayOfAgent(Actor actor, Caller caller, UUID agent, Governance governance, boolean replaces) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record Said(GovernanceRepository.Stored stored) implements Outcome {}

        record NoSuchAgent() implements Outcome {}
    }
}
