package io.wardroom.gateway.invitation;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param lifetime how long an invitation can be accepted
@ConfigurationProperties("wardroom.gateway.invitation")
record InvitationProperties(@DefaultValue("7d") Duration lifetime) {}
