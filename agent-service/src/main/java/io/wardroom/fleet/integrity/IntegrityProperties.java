package io.wardroom.fleet.integrity;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param every           how often every agent is looked at
/// @param page            how many agents one transaction looks at
/// @param budget          after how long a run leaves the rest to the next one
/// @param collectInterval what agents are asked to keep between two collections, as ingest-service asks them
/// @param gapRetention    how long a gap stays on record
@ConfigurationProperties("wardroom.agent.integrity")
record IntegrityProperties(
        @DefaultValue("10m") Duration every,
        @DefaultValue("1000") int page,
        @DefaultValue("30s") Duration budget,
        @DefaultValue("15s") Duration collectInterval,
        @DefaultValue("30d") Duration gapRetention) {}
