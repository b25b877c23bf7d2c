package io.wardroom.fleet.agent;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/// @param publicKey raw 32-byte Ed25519 key in base64 with which the hub signs emergency tokens; agents learn it when
///                  they register
@ConfigurationProperties("wardroom.agent.hub")
record HubProperties(@Nullable String publicKey) {
    HubProperties {
        if (publicKey != null && publicKey.isBlank()) {
            publicKey = null;
        }
    }
}
