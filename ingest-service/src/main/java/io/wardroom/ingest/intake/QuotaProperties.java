package io.wardroom.ingest.intake;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// What nobody may exceed; items beyond are rejected as `QUOTA_EXCEEDED`.
///
/// @param seriesPerAgent different series of one agent in a day (UTC)
/// @param bytesPerDay    packed measured values of one tenant in a day (UTC), over all replicas
/// @param replicas       among how many replicas of this service a tenant's bytes are shared
/// @param watchedSeries  series counted at one time, of all agents together; who falls out is counted anew
@ConfigurationProperties("wardroom.ingest.quota")
record QuotaProperties(
        @DefaultValue("10000") int seriesPerAgent,
        @DefaultValue("100GB") DataSize bytesPerDay,
        @DefaultValue("1") int replicas,
        @DefaultValue("2000000") long watchedSeries) {
    QuotaProperties {
        if (seriesPerAgent < 1 || bytesPerDay.toBytes() < 1 || replicas < 1 || watchedSeries < 1) {
            throw new IllegalArgumentException("a quota is at least 1");
        }
    }
}
