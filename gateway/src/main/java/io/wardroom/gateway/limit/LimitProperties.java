package io.wardroom.gateway.limit;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;

/// @param limits the table of limits by name, so that one row can be changed alone
///               (`wardroom.gateway.limits.ingest.limit=100000`)
@ConfigurationProperties("wardroom.gateway")
record LimitProperties(Map<String, Limit> limits) {}
