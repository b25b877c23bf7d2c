package io.wardroom.ingest.agent;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.IdentityTable;
import io.wardroom.common.tenant.TenantId;
import java.security.InvalidKeyException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class AgentConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(AgentConfiguration.class);

    @Bean
    Ed25519 ed25519(MeterRegistry meters) {
        var chosen = Ed25519.fastest();
        LOG.info("signatures are verified by {}", chosen.name());
        Gauge.builder("wardroom.ingest.ed25519", () -> 1)
                .description("which implementation verifies signatures")
                .tag("provider", chosen.name())
                .register(meters);
        return chosen;
    }

    @Bean
    IdentityTable<KnownAgent> identities(
            ConsumerFactory<?, ?> consumers, JsonMapper json, Ed25519 ed25519, MeterRegistry meters) {
        var table = new IdentityTable<KnownAgent>(consumers, json, (identity, _) -> known(identity, ed25519));
        Gauge.builder("wardroom.ingest.agents", table, IdentityTable::size)
                .description("agent identities in memory")
                .register(meters);
        return table;
    }

    @Bean
    KnownAgents knownAgents(IdentityTable<KnownAgent> identities) {
        return new KnownAgents(identities);
    }

    /// Not ready before the identities have been read: every good token would look like a bad one.
    @Bean
    HealthIndicator identitiesHealthIndicator(IdentityTable<KnownAgent> identities) {
        return () -> (identities.isComplete() ? Health.up() : Health.outOfService())
                .withDetail("agents", identities.size())
                .build();
    }

    static KnownAgent known(AgentIdentity identity, Ed25519 ed25519) {
        return new KnownAgent(
                identity.agentId(),
                new TenantId(identity.tenantId()),
                pinned(identity, identity.signingPubkey(), ed25519),
                identity.refusedInstances());
    }

    private static @Nullable VerifyingKey pinned(
            AgentIdentity identity, @Nullable String signingPubkey, Ed25519 ed25519) {
        if (signingPubkey == null) {
            return null;
        }
        try {
            return ed25519.keyOf(Base64.getDecoder().decode(signingPubkey));
        } catch (InvalidKeyException | IllegalArgumentException unusable) {
            // a key that cannot be used is still a pinned one: the agent must not slip back to unsigned
            LOG.atError()
                    .addKeyValue("agent_id", identity.agentId())
                    .log(
                            "the pinned key cannot be used, so no signature of this agent holds: {}",
                            unusable.getMessage());
            return (_, _) -> false;
        }
    }
}
