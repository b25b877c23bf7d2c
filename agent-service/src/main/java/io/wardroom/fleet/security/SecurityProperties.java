package io.wardroom.fleet.security;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param silentAfter    an agent that was not heard of for so long is silent
/// @param upgradedWithin so long before a program changed, a change of the host's packages explains it
/// @param retention      how long events and findings stay on record
/// @param shown          most of each that are shown
@ConfigurationProperties("wardroom.agent.security")
record SecurityProperties(
        @DefaultValue("15m") Duration silentAfter,
        @DefaultValue("60m") Duration upgradedWithin,
        @DefaultValue("90d") Duration retention,
        @DefaultValue("100") int shown) {}
