package io.wardroom.gateway.password;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param lifetime    how long the link in the mail is good
/// @param mostMails   how many mails one account gets at most ...
/// @param mailsPeriod ... in this time, whoever asks for them
@ConfigurationProperties("wardroom.gateway.password")
record PasswordProperties(
        @DefaultValue("1h") Duration lifetime,
        @DefaultValue("5") int mostMails,
        @DefaultValue("1h") Duration mailsPeriod) {}
