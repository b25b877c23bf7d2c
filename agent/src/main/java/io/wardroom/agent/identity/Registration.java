package io.wardroom.agent.identity;

import io.wardroom.agent.config.Secret;
import java.util.Optional;

/// What the hub gave this agent.
///
/// @param hubPublicKey base64, where the hub named one
public record Registration(String agentId, Secret token, Optional<String> hubPublicKey) {}
