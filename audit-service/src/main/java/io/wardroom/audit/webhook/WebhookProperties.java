package io.wardroom.audit.webhook;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param httpsOnly    refuses `http:` addresses
/// @param overlap      how long a secret holds beside the one that followed it, where nothing else is asked for
/// @param disableAfter a webhook that took nothing for so long is switched off
/// @param retention    how long deliveries are kept, whatever became of them
/// @param missedKept   how long what a webhook misses while it is off is noted for a replay
/// @param lookEvery    how often a replica looks for deliveries that others left or that are due again
/// @param lease        how long a replica has for what it took; behind that another one takes it
@ConfigurationProperties("wardroom.audit.webhooks")
record WebhookProperties(
        @DefaultValue("false") boolean httpsOnly,
        @DefaultValue("24h") Duration overlap,
        @DefaultValue("5d") Duration disableAfter,
        @DefaultValue("30d") Duration retention,
        @DefaultValue("7d") Duration missedKept,
        @DefaultValue("500ms") Duration lookEvery,
        @DefaultValue("60s") Duration lease) {}
