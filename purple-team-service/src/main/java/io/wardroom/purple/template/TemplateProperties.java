package io.wardroom.purple.template;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where templates are read from.
///
/// @param importDir     a folder with `atomics.tar.gz` and `stockpile.tar.gz`, each in a folder of any name or none;
///     what it holds is taken before any address
/// @param atomicAddress where Atomic Red Team is fetched; empty fetches nothing
/// @param calderaAddress where Caldera's stockpile is fetched; empty fetches nothing
/// @param atStart       whether they are read where there are none yet, in the background
/// @param every         when the clock reads them again, in UTC
/// @param timeout       how long an archive may take to arrive
/// @param mostBytes     how much an archive may hold, unpacked; what is not read of it counts as well
/// @param mostBytesOfOne how long one of its documents may be
/// @param most          how many templates one collection may have
@ConfigurationProperties("wardroom.purple.template")
record TemplateProperties(
        @DefaultValue("") String importDir,

        @DefaultValue("https://github.com/redcanaryco/atomic-red-team/archive/refs/heads/master.tar.gz")
        String atomicAddress,

        @DefaultValue("https://github.com/mitre/stockpile/archive/refs/heads/master.tar.gz")
        String calderaAddress,

        @DefaultValue("true") boolean atStart,
        @DefaultValue("0 31 4 * * SUN") String every,
        @DefaultValue("5m") Duration timeout,
        @DefaultValue("2147483648") long mostBytes,
        @DefaultValue("2000000") int mostBytesOfOne,
        @DefaultValue("20000") int most) {
    TemplateProperties {
        URI.create(atomicAddress);
        URI.create(calderaAddress);
    }
}
