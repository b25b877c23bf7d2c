package io.wardroom.fleet.alert.liveness;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param doors what a batch passes on its way in, asked when no agent is heard: they tell a silent fleet from a deaf
///              hub; where there are none, a fleet that falls silent as a whole is never called offline
/// @param quiet after how long without any sign of life of any agent they are asked
/// @param slice how many agents are judged in one transaction
@ConfigurationProperties("wardroom.agent.liveness")
record LivenessProperties(
        @DefaultValue({}) List<URI> doors,
        @DefaultValue("30s") Duration quiet,
        @DefaultValue("500") int slice) {}
