package io.wardroom.gateway.apidoc;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// @param kept    how long the merged document is shown before the services are asked again
/// @param timeout longest time that one service may take for its own document
/// @param largest largest document of one service
@ConfigurationProperties("wardroom.gateway.apidoc")
record ApiDocProperties(
        @DefaultValue("5s") Duration kept,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("4MB") DataSize largest) {}
