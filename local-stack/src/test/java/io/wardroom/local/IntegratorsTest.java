package io.wardroom.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.security.oauthbearer.JwtRetriever;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may read events from outside, against the real broker.
@Timeout(120)
class IntegratorsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SHARED = "agents.events.v1";

    private final Stack stack = TestStack.shared();
    private final UUID tenant = UuidV7.at(Instant.now());
    private final String own = "tenant.%s.agents.events.v1".formatted(tenant);

    @Test
    void aTenantsIntegratorReadsItsTopicsByPasswordAndByToken() throws Exception {
        var integrator = stack.newIntegrator(tenant);
        publish(own, "first");

        assertThat(firstOf(byPassword(integrator), integrator.account() + ".a", own))
                .isEqualTo("first");
        assertThat(firstOf(byToken(integrator), integrator.account() + ".b", own))
                .isEqualTo("first");
    }

    @Test
    void aPlatformIntegratorReadsTheSharedTopicsAndNoOther() throws Exception {
        var integrator = stack.newIntegrator(null);
        publish(SHARED, "shared");
        publish(SHARED + ".dlt", "dead");
        publish(own, "a tenant's");

        assertThat(firstOf(byPassword(integrator), integrator.account() + ".a", SHARED))
                .isNotEmpty();
        for (var closed : List.of(SHARED + ".dlt", own)) {
            assertThatThrownBy(() -> firstOf(byPassword(integrator), integrator.account() + ".a", closed))
                    .as(closed)
                    .isInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void aTenantsIntegratorReadsNeitherTheSharedTopicsNorThoseOfAnotherTenant() throws Exception {
        var stranger = stack.newIntegrator(UuidV7.at(Instant.now()));
        publish(own, "not for strangers");
        publish(SHARED, "nor this");

        for (var closed : List.of(own, SHARED)) {
            assertThatThrownBy(() -> firstOf(byPassword(stranger), stranger.account() + ".a", closed))
                    .as(closed)
                    .isInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> firstOf(byToken(stranger), stranger.account() + ".a", closed))
                    .as(closed)
                    .isInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void groupsOfOthersAreClosed() throws Exception {
        var integrator = stack.newIntegrator(tenant);
        publish(own, "first");

        for (var group : List.of("audit-service", integrator.account() + "2.a", integrator.account())) {
            assertThatThrownBy(() -> firstOf(byPassword(integrator), group, own))
                    .as(group)
                    .isInstanceOf(GroupAuthorizationException.class);
        }
    }

    @Test
    void nobodyWritesOrAdministers() throws Exception {
        publish(own, "first");
        publish(SHARED, "shared");
        for (var integrator : List.of(stack.newIntegrator(tenant), stack.newIntegrator(null))) {
            for (var idempotent : List.of("true", "false")) {
                var settings = settings(byPassword(integrator));
                settings.put("enable.idempotence", idempotent);
                try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
                    var topic = integrator.tenant() == null ? SHARED : own;
                    assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, "k", new byte[1]))
                                    .get(20, TimeUnit.SECONDS))
                            .hasRootCauseInstanceOf(AuthorizationException.class);
                }
            }
            try (var admin = Admin.create(settings(byPassword(integrator)))) {
                assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS))
                        .allMatch(name -> integrator.tenant() == null
                                ? Integrators.SHARED_TOPICS.contains(name)
                                : name.startsWith("tenant.%s.".formatted(tenant)));
                assertRefused(() -> admin.createTopics(List.of(new NewTopic(own + ".mine", 1, (short) 1)))
                        .all()
                        .get(20, TimeUnit.SECONDS));
                assertRefused(() -> admin.deleteTopics(List.of(own)).all().get(20, TimeUnit.SECONDS));
                assertRefused(() -> admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.BROKER, "1")))
                        .all()
                        .get(20, TimeUnit.SECONDS));
                assertRefused(() -> admin.describeUserScramCredentials().all().get(20, TimeUnit.SECONDS));
                assertThat(admin.listGroups().all().get(20, TimeUnit.SECONDS))
                        .allMatch(group -> group.groupId().startsWith(integrator.account() + "."));
            }
        }
    }

    @Test
    void nobodyComesInWithoutALoginOfTheirOwn() {
        var integrator = stack.newIntegrator(null);
        var wrong = EventReader.byPassword(integrator.account(), "wrong");
        assertThatThrownBy(() -> firstOf(wrong, integrator.account() + ".a", SHARED))
                .isInstanceOf(SaslAuthenticationException.class);
        // the name of those who come by the suite's own listener
        assertThatThrownBy(() -> firstOf(EventReader.byPassword("ANONYMOUS", ""), "a", SHARED))
                .isInstanceOf(Exception.class);

        var settings = settings(Map.of());
        settings.put("security.protocol", "PLAINTEXT");
        settings.put("default.api.timeout.ms", 2_000);
        settings.put("request.timeout.ms", 1_000);
        try (var admin = Admin.create(settings)) {
            assertThatThrownBy(() -> admin.listTopics().names().get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void aPersonsTokenOpensNothing() {
        PersonsToken.token = stack.accessToken(stack.newUser(tenant, "owner", "platform_admin"));
        var login = new HashMap<>(byToken(stack.newIntegrator(null)));
        login.put("sasl.oauthbearer.jwt.retriever.class", PersonsToken.class.getName());

        assertThatThrownBy(() -> firstOf(login, "integrator-x.a", SHARED))
                .isInstanceOf(SaslAuthenticationException.class);
    }

    /// Shows the broker what a person has got for the API.
    public static final class PersonsToken implements JwtRetriever {
        static volatile String token = "";

        @Override
        public String retrieve() {
            return token;
        }
    }

    @Test
    void whoIsDismissedReadsNothingAnyMoreAndTheNameIsFree() throws Exception {
        var integrator = stack.newIntegrator(tenant);
        publish(own, "first");
        try (var events = new EventReader(
                stack.kafkaOfIntegrators(), byPassword(integrator), integrator.account() + ".a", List.of(own))) {
            events.read(_ -> false);

            stack.dismiss(integrator);

            await("the end of its reading").atMost(PATIENCE).untilAsserted(() -> assertThatThrownBy(
                            () -> events.read(_ -> false))
                    .isInstanceOf(AuthorizationException.class));
        }
        assertThatThrownBy(() -> firstOf(byPassword(integrator), integrator.account() + ".b", own))
                .isInstanceOf(SaslAuthenticationException.class);
        assertThatThrownBy(() -> stack.dismiss(integrator)).hasMessageContaining("There is no integrator");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "A", "a.b", "a b", "ünder", "*"})
    void aNameThatIsNoneIsRefused(String name) throws IOException {
        var home = new Home(Path.of("nowhere"));
        var ports = Ports.of(Map.of());
        var processes = new Processes(home);
        var integrators = new Integrators(
                new Kafka(home, ports, processes), new Keycloak(home, ports, processes, Secrets.in(home.secrets())));

        assertThatThrownBy(() -> integrators.add(name, null))
                .isInstanceOf(Trouble.class)
                .hasMessageContaining("no name for an integrator");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AuthorizationException.class);
    }

    private Map<String, String> byPassword(Stack.Integrator integrator) {
        return EventReader.byPassword(integrator.account(), integrator.password());
    }

    private Map<String, String> byToken(Stack.Integrator integrator) {
        return EventReader.byToken(
                stack.issuer() + "/protocol/openid-connect/token", integrator.account(), integrator.clientSecret());
    }

    private HashMap<String, Object> settings(Map<String, String> login) {
        var settings = new HashMap<String, Object>(login);
        settings.put("bootstrap.servers", stack.kafkaOfIntegrators());
        settings.put("security.protocol", "SASL_PLAINTEXT");
        return settings;
    }

    private String firstOf(Map<String, String> login, String group, String topic) {
        var found = new ArrayList<ConsumerRecord<String, byte[]>>();
        try (var events = new EventReader(stack.kafkaOfIntegrators(), login, group, List.of(topic))) {
            events.read(event -> {
                found.add(event);
                return false;
            });
        }
        return new String(found.getFirst().value(), StandardCharsets.UTF_8);
    }

    private void publish(String topic, String text) throws Exception {
        var settings = Map.<String, Object>of("bootstrap.servers", stack.kafka());
        try (var admin = Admin.create(settings);
                var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            try {
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                        .all()
                        .get(20, TimeUnit.SECONDS);
            } catch (ExecutionException there) {
                assertThat(there).hasCauseInstanceOf(TopicExistsException.class);
            }
            producer.send(new ProducerRecord<>(topic, "key", text.getBytes(StandardCharsets.UTF_8)))
                    .get(20, TimeUnit.SECONDS);
        }
    }
}
