package io.wardroom.fleet.inventory;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param listeners       how many threads of this replica store inventories, and how many activities
/// @param changeRetention how long changes are kept
/// @param changesPerDay   most changes of one section of one agent that are written down on one day
/// @param forgetBudget    after how long a run that forgets old changes leaves the rest to the next one
@ConfigurationProperties("wardroom.agent.inventory")
record InventoryProperties(
        @DefaultValue("1") int listeners,
        @DefaultValue("90d") Duration changeRetention,
        @DefaultValue("20000") int changesPerDay,
        @DefaultValue("1m") Duration forgetBudget) {}
