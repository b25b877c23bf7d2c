package io.wardroom.gateway;

import io.wardroom.common.event.Topics;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.local.Stack;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// Makes agents known as agent-service does: by records on the topic of identities.
public final class Agents {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private Agents() {}

    /// @param token what the agent shows
    public record Agent(UUID id, String token) {
        public String bearer() {
            return "Bearer " + token;
        }
    }

    static void createTopic(Stack stack) {
        try (var admin = Admin.create(Map.of("bootstrap.servers", stack.kafka()))) {
            admin.createTopics(List.of(new NewTopic(Topics.AGENTS_IDENTITY, 1, (short) 1)
                            .configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException(failed);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /// Publishes a new agent's identity; the gateway knows it a moment later.
    public static Agent publish(Stack stack) {
        var agent = new Agent(
                UUID.randomUUID(), "ms_" + UUID.randomUUID().toString().replace("-", "") + "abcdefghijk");
        write(
                stack,
                agent.id(),
                new AgentIdentity(agent.id(), UUID.randomUUID(), TokenHash.of(agent.token()), null, 1));
        return agent;
    }

    public static void delete(Stack stack, Agent agent) {
        write(stack, agent.id(), null);
    }

    private static void write(Stack stack, UUID id, AgentIdentity identity) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.kafka()), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                    Topics.AGENTS_IDENTITY, id.toString(), identity == null ? null : JSON.writeValueAsBytes(identity)));
        }
    }
}
