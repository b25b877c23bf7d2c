package io.wardroom.agent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.agent.config.AgentConfig;
import io.wardroom.agent.config.Secret;
import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.identity.Identity;
import io.wardroom.agent.identity.Registration;
import io.wardroom.agent.spool.Spool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeliveryTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-31T09:15:00Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong(1);
    private final List<Desired> wishes = new ArrayList<>();
    private LoopbackHub hub;
    private HubClient client;
    private Spool spool;
    private Identity identity;
    private Delivery delivery;

    @BeforeEach
    void anAgent() throws Exception {
        hub = new LoopbackHub();
        spool = Spool.open(folder.resolve("spool"), 1 << 20);
        client = new HubClient(hub.uri(), Optional.empty(), "0.1.0", Duration.ofSeconds(10));
        start(LoopbackHub.ENROLMENT);
    }

    @AfterEach
    void theEnd() throws Exception {
        client.close();
        spool.close();
        hub.close();
    }

    @Test
    void theFirstStartRegistersAndThenDeliversSignedOldestFirst() throws Exception {
        spool("a");
        spool("b");

        drain();

        var register = hub.to("/api/v1/agents/register").getFirst();
        assertThat(register.token()).isEqualTo(LoopbackHub.ENROLMENT);
        assertThat(register.json())
                .containsOnlyKeys(
                        "hostname",
                        "machine_id",
                        "instance_id",
                        "os",
                        "distro",
                        "kernel",
                        "arch",
                        "cpu_model",
                        "cpu_cores",
                        "ram_total_bytes",
                        "agent_version",
                        "labels",
                        "signing_pubkey");
        assertThat(hub.batches())
                .extracting(request -> request.json().get("name"))
                .containsExactly("a", "b");
        assertThat(hub.batches()).allSatisfy(request -> {
            assertThat(request.validSignature()).isTrue();
            assertThat(request.token()).isEqualTo(LoopbackHub.TOKEN);
        });
        assertThat(identity.registration().orElseThrow().agentId()).isEqualTo(LoopbackHub.AGENT_ID);
    }

    @Test
    void aRestartRegistersWithTheAgentsOwnTokenAndSendsTheSameBytes() throws Exception {
        spool("a");
        hub.answers(new LoopbackHub.Answer(201, Map.of(), """
            {"agent_id":"%s","agent_token":"%s"}\
            """.formatted(LoopbackHub.AGENT_ID, LoopbackHub.TOKEN)));
        hub.answers(503, "{\"detail\":\"kafka\",\"code\":\"UNAVAILABLE\"}");
        delivery.step();
        delivery.step();
        var first = hub.batches().getFirst();
        spool.close();
        spool = Spool.open(folder.resolve("spool"), 1 << 20);
        start(LoopbackHub.ENROLMENT);

        drain();

        assertThat(hub.to("/api/v1/agents/register"))
                .extracting(LoopbackHub.Request::token)
                .containsExactly(LoopbackHub.ENROLMENT, LoopbackHub.TOKEN);
        assertThat(hub.batches()).hasSize(2);
        assertThat(hub.batches().getLast().body()).isEqualTo(first.body());
    }

    @Test
    void thePauseTheHubAsksForInItsAnswerIsKept() throws Exception {
        spool("a");
        spool("b");
        delivery.step();
        hub.answers(202, "{\"batch_id\":\"x\",\"accepted\":1,\"rejected\":[],\"retry_after\":7}");

        assertThat(delivery.step()).isEqualTo(Duration.ofSeconds(7));
        nanos.addAndGet(Duration.ofMillis(6999).toNanos());
        assertThat(delivery.step()).isEqualTo(Duration.ofMillis(1));
        assertThat(hub.batches()).hasSize(1);
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        delivery.step();
        assertThat(hub.batches()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | Retry-After | 12 | 12",
                "503 | Retry-After | 30 | 30",
                "503 | Retry-After | Sat, 31 Jan 2026 09:15:40 GMT | 40",
                "503 | Retry-After | 999999999 | 900",
                "202 | RateLimit-Remaining | 0 | 0",
            })
    void retryAfterIsKeptWithinReason(int status, String header, String value, long seconds) throws Exception {
        spool("a");
        delivery.step();
        hub.answers(new LoopbackHub.Answer(status, Map.of(header, value), "{\"code\":\"X\"}"));

        var wait = delivery.step();

        if (status == 202) {
            assertThat(delivery.paused()).isFalse();
        } else {
            assertThat(wait).isEqualTo(Duration.ofSeconds(seconds));
            assertThat(spool.fill().batches()).isEqualTo(1);
        }
    }

    @Test
    void theLimitersResetIsWaitedForBeforeItRefuses() throws Exception {
        spool("a");
        spool("b");
        delivery.step();
        hub.answers(new LoopbackHub.Answer(
                202, Map.of("RateLimit-Remaining", "0", "RateLimit-Reset", "9"), "{\"rejected\":[]}"));

        assertThat(delivery.step()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void aHubThatIsAwayIsAskedEverMoreSeldomAndNothingIsLost() throws Exception {
        spool("a");
        delivery.step();
        hub.close();
        var waits = new ArrayList<Duration>();
        for (int i = 0; i < 12; i++) {
            var wait = delivery.step();
            waits.add(wait);
            nanos.addAndGet(wait.toNanos());
        }

        assertThat(waits.getFirst()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        assertThat(waits.get(3)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(waits.getLast()).isBetween(Duration.ofSeconds(150), Duration.ofSeconds(300));
        assertThat(spool.fill().batches()).isEqualTo(1);
        assertThat(spool.counters().droppedBatches()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"400, VALIDATION_ERROR", "413, PAYLOAD_TOO_LARGE", "415, UNSUPPORTED_MEDIA_TYPE"})
    void aBatchThatCanNeverSucceedDoesNotHoldUpTheOthers(int status, String code) throws Exception {
        spool("bad");
        spool("good");
        delivery.step();
        hub.answers(status, "{\"detail\":\"no\",\"code\":\"%s\"}".formatted(code));

        drain();

        assertThat(hub.batches())
                .extracting(request -> request.json().get("name"))
                .containsExactly("bad", "good");
        assertThat(spool.counters().refusedBatches()).isEqualTo(1);
        assertThat(folder.resolve("spool/refused/00000000000000000001.json.gz")).exists();
    }

    @Test
    void a400FromSomethingElseThanTheHubKeepsTheBatch() throws Exception {
        spool("a");
        delivery.step();
        hub.answers(400, "<html>proxy</html>");

        assertThat(delivery.step()).isPositive();
        assertThat(spool.fill().batches()).isEqualTo(1);
        assertThat(spool.counters().refusedBatches()).isZero();
    }

    @Test
    void a403KeepsTheBatchesAndBacksOff() throws Exception {
        spool("a");
        delivery.step();
        hub.answers(403, "{\"detail\":\"signature\",\"code\":\"FORBIDDEN\"}");

        assertThat(delivery.step()).isPositive();
        assertThat(delivery.paused()).isTrue();
        assertThat(spool.fill().batches()).isEqualTo(1);
        drain();
        assertThat(hub.batches()).hasSize(2);
    }

    @Test
    void a401JustAfterRegisteringIsTriedAgainWithoutRegistering() throws Exception {
        spool("a");
        delivery.step();
        hub.answers(401, "{\"code\":\"UNAUTHORIZED\"}");

        assertThat(delivery.step()).isEqualTo(Duration.ofSeconds(1));
        drain();

        assertThat(hub.to("/api/v1/agents/register")).hasSize(1);
        assertThat(hub.batches()).hasSize(2);
    }

    @Test
    void aTokenThatDiedIsReplacedByANewEnrolmentTokenOnly() throws Exception {
        spool("a");
        delivery.step();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        hub.answers(401, "{\"code\":\"UNAUTHORIZED\"}");
        hub.registersWith(401);
        for (int i = 0; i < 4; i++) {
            nanos.addAndGet(delivery.step().toNanos());
        }
        // the enrolment token of the first time is not shown again: the agent may have been deleted on purpose
        assertThat(hub.to("/api/v1/agents/register"))
                .extracting(LoopbackHub.Request::token)
                .startsWith(LoopbackHub.ENROLMENT, LoopbackHub.TOKEN)
                .filteredOn(LoopbackHub.ENROLMENT::equals)
                .hasSize(1);

        Files.writeString(folder.resolve("token"), "we_a-new-one");
        hub.answers(401, "{\"code\":\"UNAUTHORIZED\"}");
        hub.registersWith(201);
        drain();

        assertThat(hub.to("/api/v1/agents/register").getLast().token()).isEqualTo("we_a-new-one");
        assertThat(spool.fill().batches()).isZero();
    }

    @Test
    void aSuspectedCloneRegistersAsAMachineOfItsOwn() throws Exception {
        spool.append(seq -> new Spool.Draft(UUID.randomUUID(), UUID.randomUUID(), 1, gzip("{\"name\":\"original\"}")));
        spool("mine");
        delivery.step();
        hub.answers(409, "{\"detail\":\"two instances\",\"code\":\"CLONE_SUSPECTED\"}");

        drain();

        var registrations = hub.to("/api/v1/agents/register");
        assertThat(registrations).hasSize(2);
        assertThat(registrations.get(1).json().get("machine_id"))
                .isNotEqualTo(registrations.get(0).json().get("machine_id"));
        assertThat(registrations.get(1).json().get("signing_pubkey"))
                .isNotEqualTo(registrations.get(0).json().get("signing_pubkey"));
        assertThat(hub.batches())
                .extracting(request -> request.json().get("name"))
                .containsExactly("original", "mine");
        assertThat(hub.batches().getLast().validSignature()).isTrue();
    }

    @Test
    void aTokenOfAnotherMachineGivesWayToTheEnrolmentToken() throws Exception {
        identity.registered(
                new Registration("0190aaaa-0000-7000-8000-00000000000f", new Secret("ms_of-another"), Optional.empty()),
                Optional.empty());
        spool("a");
        hub.answers(409, "{\"detail\":\"another machine's\",\"code\":\"CONFLICT\"}");

        drain();

        assertThat(hub.to("/api/v1/agents/register"))
                .extracting(LoopbackHub.Request::token)
                .containsExactly("ms_of-another", LoopbackHub.ENROLMENT);
    }

    @Test
    void rejectedItemsAreCounted() throws Exception {
        spool("a");
        delivery.step();
        hub.answers(202, """
            {"accepted":1,"rejected":[{"index":0,"code":"UNKNOWN_TYPE","detail":"x"},{"index":2,"code":"Y"}]}\
            """);

        delivery.step();

        assertThat(spool.fill().batches()).isZero();
        assertThat(spool.counters().rejectedItems()).isEqualTo(2);
    }

    @Test
    void aHeartbeatIsSentAtTheStartAndAfterAMinuteWithoutBatches() throws Exception {
        hub.desires("{\"collect_interval_secs\":20,\"inventory_interval_secs\":1}");
        delivery.step();
        delivery.step();
        assertThat(heartbeats()).isEqualTo(1);
        assertThat(wishes)
                .containsExactly(new Desired(Optional.of(Duration.ofSeconds(20)), Optional.of(Desired.MIN_INVENTORY)));

        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        delivery.step();
        assertThat(heartbeats()).isEqualTo(1);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        delivery.step();
        assertThat(heartbeats()).isEqualTo(2);

        nanos.addAndGet(Duration.ofSeconds(50).toNanos());
        spool("a");
        delivery.step();
        nanos.addAndGet(Duration.ofSeconds(50).toNanos());
        delivery.step();
        assertThat(heartbeats()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''",
                "{}",
                "[]",
                "null",
                "\"x\"",
                "{\"agent_id\":5}",
                "{\"agent_id\":\"../x\",\"agent_token\":\"ms_x\"}",
                "{\"agent_id\":\"a\",\"agent_token\":\"a b\"}",
                "{\"agent_id\":\"a\",\"agent_token\":\"\"}"
            })
    void aRegistrationAnswerWithoutAnIdentityIsNotTaken(String body) throws Exception {
        hub.answers(201, body);

        assertThat(delivery.step()).isPositive();
        assertThat(delivery.isRegistered()).isFalse();
        assertThat(identity.registration()).isEmpty();
    }

    /// Whatever stands between agent and hub may answer anything: nothing is lost, and nothing stops the agent.
    @Test
    void anyAnswerIsSurvived() throws Exception {
        var random = new Random(7);
        spool("a");
        delivery.step();
        var statuses =
                List.of(100 + 101, 204, 301, 302, 404, 405, 408, 409, 418, 422, 429, 451, 500, 502, 503, 504, 599);
        for (int i = 0; i < 60; i++) {
            var body = new StringBuilder();
            for (int c = random.nextInt(40); c > 0; c--) {
                body.append("{}[]\",:0azcode".charAt(random.nextInt(14)));
            }
            hub.answers(new LoopbackHub.Answer(
                    statuses.get(random.nextInt(statuses.size())),
                    Map.of("Location", "http://192.0.2.1/", "Retry-After", "soon"),
                    body.toString()));
            nanos.addAndGet(delivery.step().toNanos());
        }
        assertThat(spool.fill().batches()).isEqualTo(1);
    }

    @Test
    void withoutATokenItSaysSoAndWaits() throws Exception {
        Files.delete(folder.resolve("token"));

        assertThat(delivery.step()).isPositive();
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void aRegistrationKeepsWhatTheHubToldOfItself() throws Exception {
        delivery.step();

        assertThat(identity.registration())
                .contains(
                        new Registration(LoopbackHub.AGENT_ID, new Secret(LoopbackHub.TOKEN), Optional.of("aGVsbG8=")));
    }

    private void start(String enrolmentToken) throws Exception {
        var host = folder.resolve("host/etc");
        Files.createDirectories(host);
        Files.writeString(host.resolve("machine-id"), "0123456789abcdef0123456789abcdef");
        Files.writeString(folder.resolve("token"), enrolmentToken);
        identity = Identity.open(folder.resolve("data"), new HostFiles(folder.resolve("host")), Optional.empty());
        delivery = new Delivery(
                identity,
                config(hub.uri()),
                new MachineFacts("h", "linux", "debian 12", "6.1", "x86_64", "cpu", 2, 1L << 30, Map.of("env", "test")),
                "0.1.0",
                client,
                spool,
                CLOCK,
                nanos::get,
                new Random(1),
                wishes::add);
    }

    private AgentConfig config(URI uri) {
        return new AgentConfig(
                uri,
                Optional.empty(),
                Optional.of(folder.resolve("token")),
                folder.resolve("data"),
                Duration.ofSeconds(15),
                Duration.ofMinutes(1),
                Duration.ofHours(6),
                Duration.ofMinutes(5),
                1 << 20,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                false,
                folder);
    }

    private void spool(String name) throws IOException {
        var instance = UUID.fromString(identity.instanceId());
        spool.append(seq -> new Spool.Draft(
                UUID.randomUUID(),
                instance,
                1,
                gzip("{\"batch_id\":\"x\",\"items\":[1],\"name\":\"%s\"}".formatted(name))));
    }

    private void drain() throws InterruptedException {
        for (int i = 0; i < 50 && (spool.fill().batches() > 0 || !delivery.isRegistered()); i++) {
            nanos.addAndGet(delivery.step().toNanos());
        }
        assertThat(spool.fill().batches()).isZero();
    }

    private long heartbeats() {
        return hub.to("/api/v1/agents/" + LoopbackHub.AGENT_ID + "/heartbeat").size();
    }

    private static byte[] gzip(String text) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes());
        } catch (IOException impossible) {
            throw new java.io.UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
