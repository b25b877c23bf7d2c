package io.wardroom.fleet.usage;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// The bounds that ingest-service holds tenants to, told to them here. Both services read them from the same variables.
///
/// @param seriesPerAgent different series of one agent in a day (UTC)
/// @param itemsPerBatch  items of one batch
/// @param bytesPerDay    packed measured values of one tenant in a day (UTC)
@ConfigurationProperties("wardroom.agent.quota")
record QuotaProperties(
        @DefaultValue("10000") int seriesPerAgent,
        @DefaultValue("5000") int itemsPerBatch,
        @DefaultValue("100GB") DataSize bytesPerDay) {}
