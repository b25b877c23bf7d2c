package io.wardroom.gateway.mail;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param from      whom mails come from
/// @param publicUrl where people reach this gateway, without a path
/// @param pause     how long the mail server is left alone after it could not be reached
@ConfigurationProperties("wardroom.gateway.mail")
record MailProperties(
        @DefaultValue("Wardroom <wardroom@localhost>") String from,
        @DefaultValue("http://127.0.0.1:8000") URI publicUrl,
        @DefaultValue("2s") Duration pause) {}
