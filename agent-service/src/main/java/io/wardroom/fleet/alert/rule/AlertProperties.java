package io.wardroom.fleet.alert.rule;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param slice  how many agents are judged in one transaction
/// @param budget after how long a run leaves the rest to the next one
/// @param quiet  after how long without repetition an alert that an agent raised itself resolves
/// @param kept   how long resolved alerts are kept
@ConfigurationProperties("wardroom.agent.alerts")
record AlertProperties(
        @DefaultValue("250") int slice,
        @DefaultValue("20s") Duration budget,
        @DefaultValue("1d") Duration quiet,
        @DefaultValue("400d") Duration kept) {}
