package io.wardroom.purple.notification;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param kept       how long a notification is kept
/// @param streams    how many streams one replica serves
/// @param perPerson  how many of them one person may have
/// @param heartbeat  how often a silent stream says that it is alive
/// @param longest    after which a stream ends and the browser asks for a new one, with a token that is still good
@ConfigurationProperties("wardroom.purple.notification")
record NotificationProperties(
        @DefaultValue("90d") Duration kept,
        @DefaultValue("1000") int streams,
        @DefaultValue("5") int perPerson,
        @DefaultValue("15s") Duration heartbeat,
        @DefaultValue("10m") Duration longest) {}
