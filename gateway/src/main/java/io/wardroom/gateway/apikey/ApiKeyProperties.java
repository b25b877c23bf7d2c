package io.wardroom.gateway.apikey;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param most        keys that one person may have at the same time
/// @param lifetime    of a key whose maker names no end
/// @param longest     lifetime that a maker may ask for
/// @param tokenKept   longest time that a key's access token is used
/// @param renewAhead  a new one is asked for when no more than this is left of it
/// @param usedEvery   how exactly it is known when a key was last used
@ConfigurationProperties("wardroom.gateway.apikey")
record ApiKeyProperties(
        @DefaultValue("20") int most,
        @DefaultValue("90d") Duration lifetime,
        @DefaultValue("366d") Duration longest,
        @DefaultValue("2m") Duration tokenKept,
        @DefaultValue("15s") Duration renewAhead,
        @DefaultValue("1m") Duration usedEvery) {}
