package io.wardroom.audit.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.audit.OnRealServers;
import io.wardroom.audit.webhook.DeliveryRepository.Claimed;
import io.wardroom.audit.webhook.wire.Answer;
import io.wardroom.audit.webhook.wire.Receiver;
import io.wardroom.audit.webhook.wire.Receiver.Received;
import io.wardroom.audit.webhook.wire.SecretBox;
import io.wardroom.audit.webhook.wire.Sender;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/// From an event on Kafka to somebody's own server, which does not always behave.
class WebhookTest extends OnRealServers {
    private static final String ALERTS = "alerts.events.v1";
    private static final String CREATED = "io.wardroom.alert.created.v1";
    private static final String RESOLVED = "io.wardroom.alert.resolved.v1";

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private Deliveries deliveries;

    @Autowired
    private Sender sender;

    @Autowired
    private SecretBox box;

    @Autowired
    private WebhookProperties settings;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private Clock clock;

    private final Receiver receiver = new Receiver();
    private final CountDownLatch end = new CountDownLatch(1);
    private String owner;

    @BeforeEach
    void someone() {
        owner = token("owner");
    }

    @AfterEach
    void close() {
        end.countDown();
        receiver.close();
    }

    @Test
    void aWebhookIsMadeListedChangedAndDeleted() throws Exception {
        var made = make("/mine", "alert.created");
        var id = made.get("id").asString();
        assertThat(made.get("secret").asString()).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(made.get("enabled").asBoolean()).isTrue();

        var listed = ok("GET", "/webhooks", null, 200);
        assertThat(listed.get("total").asInt()).isEqualTo(1);
        assertThat(listed.get("items").get(0).has("secret")).isFalse();
        assertThat(listed.get("limit").asInt()).isEqualTo(50);
        assertThat(ok("GET", "/webhooks/" + id, null, 200).has("secret")).isFalse();

        var changed = ok(
                "PATCH",
                "/webhooks/" + id,
                "{\"events\":[\"alert.*\",\"alert.*\"],\"enabled\":false,\"description\":\"<b>'; -- 🚨\"}",
                200);
        assertThat(changed.at("/events/0").asString()).isEqualTo("alert.*");
        assertThat(changed.get("events").size()).isEqualTo(1);
        assertThat(changed.get("description").asString()).isEqualTo("<b>'; -- 🚨");
        assertThat(changed.get("disabled_reason").asString()).isEqualTo("by_hand");
        assertThat(changed.get("url").asString())
                .isEqualTo(receiver.url("/mine").toString());

        assertThat(send("DELETE", "/webhooks/" + id, owner, null).statusCode()).isEqualTo(204);
        assertThat(send("DELETE", "/webhooks/" + id, owner, null).statusCode()).isEqualTo(404);
        assertThat(ok("GET", "/webhooks", null, 200).get("total").asInt()).isZero();

        await("what was done, on record").atMost(PATIENCE).untilAsserted(() -> assertThat(deeds("?entity_type=webhook"))
                .containsExactly(
                        "delete_webhook refused",
                        "delete_webhook success",
                        "update_webhook success",
                        "create_webhook success"));
        var created = get("?action=create_webhook", owner).toString();
        assertThat(created).contains("127.0.0.1").doesNotContain("whsec_").doesNotContain("/mine");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"events\":[\"*\"]} | url",
                "{\"url\":\"http://127.0.0.1/\"} | events",
                "{\"url\":\"http://127.0.0.1/\",\"events\":[]} | events",
                "{\"url\":\"http://127.0.0.1/\",\"events\":[\"alert.craeted\"]} | events[0]",
                "{\"url\":\"http://127.0.0.1/\",\"events\":[\"*\",\"\\u0000\"]} | events[1]",
                "{\"url\":\"http://127.0.0.1/\",\"events\":[null]} | events[0]",
                "{\"url\":\"http://127.0.0.1/\",\"events\":[\"*\"],\"secret\":\"short\"} | secret",
                "{\"url\":\"http://127.0.0.1/\",\"events\":[\"*\"],\"description\":\"\\u0000\"} | description",
                "{\"url\":\"http://127.0.0.1/\",\"events\":[\"*\"],\"evnets\":[]} | evnets",
                "{\"url\":\"ftp://127.0.0.1/\",\"events\":[\"*\"]} | url",
                "{\"url\":\"http://u:p@127.0.0.1/\",\"events\":[\"*\"]} | url",
                "{\"url\":\"/here\",\"events\":[\"*\"]} | url",
                "{\"url\":\"http://127.0.0.1:99999/\",\"events\":[\"*\"]} | url",
                "{\"url\":\"http://a b/\\u0000\",\"events\":[\"*\"]} | url",
                "{\"url\":\"http://localhost6.invalid:0/\",\"events\":[\"*\"]} | url",
                "{\"url\":\"http://10.0.0.1/\",\"events\":[\"*\"]} | url",
                "{\"url\":\"http://169.254.169.254/latest/meta-data\",\"events\":[\"*\"]} | url",
                "{\"url\":\"https://[::1]/\",\"events\":[\"*\"]} | url",
                "{\"url\":\"https://[::ffff:10.0.0.1]/\",\"events\":[\"*\"]} | url",
            })
    void whatIsWrongIsNamed(String body, String field) throws Exception {
        var answer = ok("POST", "/webhooks", body, 400);

        assertThat(answer.get("code").asString()).isEqualTo("VALIDATION_ERROR");
        assertThat(answer.at("/errors/0/field").asString()).isEqualTo(field);
    }

    @Test
    void aTenantHasOnlySoMany() throws Exception {
        for (var i = 0; i < Webhooks.MOST; i++) {
            make("/many", "alert.created");
        }

        var refused = ok("POST", "/webhooks", form("/many", "alert.created"), 400);

        assertThat(refused.get("code").asString()).isEqualTo("BUSINESS_RULE");
        var page = ok("GET", "/webhooks?limit=2&offset=49", null, 200);
        assertThat(page.get("items").size()).isEqualTo(1);
        assertThat(page.get("total").asInt()).isEqualTo(Webhooks.MOST);
        assertThat(ok("GET", "/webhooks?limit=201", null, 400).get("code").asString())
                .isEqualTo("VALIDATION_ERROR");
    }

    @Test
    void othersAreKeptOut() throws Exception {
        var id = make("/walled", "*").get("id").asString();
        var routes = List.of(
                "GET /webhooks/" + id,
                "PATCH /webhooks/" + id,
                "DELETE /webhooks/" + id,
                "GET /webhooks/" + id + "/deliveries",
                "POST /webhooks/" + id + "/test",
                "POST /webhooks/" + id + "/rotate-secret",
                "POST /webhooks/" + id + "/replay",
                "POST /webhooks/" + id + "/deliveries/" + UuidV7.next() + "/replay");
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
        var lead = token("blue_lead");
        var said = new SoftAssertions();

        for (var route : routes) {
            var words = route.split(" ");
            var body = words[1].endsWith(id + "/replay") ? "{\"from\":\"2026-01-01T00:00:00Z\"}" : "{}";
            said.assertThat(send(words[0], words[1], stranger, body).statusCode())
                    .as("%s as a stranger", route)
                    .isEqualTo(404);
            said.assertThat(send(words[0], words[1], lead, "nonsense").statusCode())
                    .as("%s as a lead", route)
                    .isEqualTo(403);
            said.assertThat(send(words[0], words[1], null, "{}").statusCode())
                    .as("%s as nobody", route)
                    .isEqualTo(401);
        }

        said.assertAll();
        assertThat(ok("GET", "/webhooks/" + id, null, 200).get("enabled").asBoolean())
                .isTrue();
        assertThat(send("GET", "/webhooks", stranger, null).body()).contains("\"total\":0");
    }

    @Test
    void anEventIsDeliveredOnceSignedInBothForms() throws Exception {
        var made = make("/alerts", "alert.created");
        var agent = UuidV7.next();
        var event = UuidV7.next();
        var payload = "{\"id\": \"1\", \"agent_id\": \"%s\", \"title\": \"ä \\u0000 🚨 <b>\"}".formatted(agent);

        publish(ALERTS, CREATED, event, payload.getBytes(UTF_8));
        publish(ALERTS, CREATED, event, payload.getBytes(UTF_8));
        publish(ALERTS, RESOLVED, UuidV7.next(), payload.getBytes(UTF_8));
        var last = tell(CREATED);

        await("the last one").atMost(PATIENCE).until(() -> ids("/alerts").contains(last));
        assertThat(ids("/alerts")).containsExactlyInAnyOrder(event, last);
        var got = receiver.received("/alerts").getFirst();
        new Webhook(made.get("secret").asString()).verify(got.body(), got.headers());
        var body = json.readTree(got.body());
        assertThat(body.get("event").asString()).isEqualTo("alert.created");
        assertThat(body.get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(body.get("agent_id").asString()).isEqualTo(agent.toString());
        assertThat(body.get("alert")).isEqualTo(json.readTree(payload));
        await("the log of it").atMost(PATIENCE).untilAsserted(() -> {
            var log = log(made, "?status=delivered");
            assertThat(log.get("total").asInt()).isEqualTo(2);
            assertThat(log.at("/items/1/message_id").asString()).isEqualTo(event.toString());
            assertThat(log.at("/items/1/response_status").asInt()).isEqualTo(204);
            assertThat(log.at("/items/1/attempts").asInt()).isEqualTo(1);
        });
        var page = log(made, "?limit=1");
        assertThat(log(made, "?limit=1&cursor=" + page.get("next_cursor").asString())
                        .at("/items/0/message_id")
                        .asString())
                .isEqualTo(event.toString());
        assertThat(log(made, "?event=alert.resolved").get("total").asInt()).isZero();
    }

    @Test
    void whatCannotBeReadStopsNothing() throws Exception {
        make("/all", "*");

        kafka.send(ALERTS, "no headers", "{}".getBytes(UTF_8));
        publish(ALERTS, CREATED, UuidV7.next(), "{\"half".getBytes(UTF_8));
        publish(ALERTS, CREATED, UuidV7.next(), "{} {}".getBytes(UTF_8));
        publish(ALERTS, CREATED, UuidV7.next(), "[1]".getBytes(UTF_8));
        publish(ALERTS, "io.elsewhere.x", UuidV7.next(), "{}".getBytes(UTF_8));
        publish(ALERTS, CREATED, UuidV7.next(), new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, '"', ':', '1', '}'});
        publish(ALERTS, CREATED, UuidV7.next(), null);
        var last = tell(CREATED);

        await("the one behind them").atMost(PATIENCE).until(() -> ids("/all").contains(last));
    }

    @Test
    void aLongOneIsDeliveredWhole() throws Exception {
        make("/long", "alert.created");
        var payload = "{\"detail\":\"%s\"}".formatted("ä".repeat(200_000));

        publish(ALERTS, CREATED, UuidV7.next(), payload.getBytes(UTF_8));

        await("it").atMost(PATIENCE).until(() -> !receiver.received("/long").isEmpty());
        assertThat(receiver.received("/long").getFirst().body()).contains(payload);
    }

    @Test
    void whatFailsIsTriedAgainUnderTheSameId() throws Exception {
        receiver.at("/moody", Receiver.answering(500, "not \0 today"));
        var made = make("/moody", "alert.created");
        var event = tell(CREATED);

        await("a try").atMost(PATIENCE).untilAsserted(() -> {
            var delivery = log(made, "").get("items").get(0);
            assertThat(delivery.get("status").asString()).isEqualTo("pending");
            assertThat(delivery.get("attempts").asInt()).isEqualTo(1);
            assertThat(delivery.get("response_excerpt").asString()).isEqualTo("not \uFFFD today");
            assertThat(untilNextTry(delivery)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
        });
        assertThat(ok("GET", "/webhooks/" + made.get("id").asString(), null, 200)
                        .get("failing_since")
                        .isNull())
                .isFalse();
        receiver.at("/moody", Receiver.answering(200, "thanks"));
        dueNow(made);

        await("another").atMost(PATIENCE).untilAsserted(() -> {
            var delivery = log(made, "").get("items").get(0);
            assertThat(delivery.get("status").asString()).isEqualTo("delivered");
            assertThat(delivery.get("attempts").asInt()).isEqualTo(2);
            assertThat(delivery.get("response_excerpt").asString()).isEqualTo("thanks");
            assertThat(delivery.at("/tries/0/response_status").asInt()).isEqualTo(500);
        });
        assertThat(ids("/moody")).containsExactly(event, event);
        assertThat(ok("GET", "/webhooks/" + made.get("id").asString(), null, 200)
                        .get("failing_since")
                        .isNull())
                .isTrue();
    }

    @Test
    void aPauseIsKeptForAllOfAReceiversDeliveries() throws Exception {
        receiver.at("/busy", Receiver.answering(429, "", "Retry-After", "120"));
        var made = make("/busy", "alert.created");
        tell(CREATED);

        await("the first try").atMost(PATIENCE).untilAsserted(() -> {
            var delivery = log(made, "").get("items").get(0);
            assertThat(delivery.get("attempts").asInt()).isEqualTo(1);
            assertThat(untilNextTry(delivery)).isBetween(Duration.ofSeconds(110), Duration.ofSeconds(130));
        });
        make("/other", "alert.created");
        var second = tell(CREATED);
        await("the second, elsewhere").atMost(PATIENCE).until(() -> ids("/other")
                .contains(second));

        assertThat(ids("/busy")).doesNotContain(second);
        assertThat(ok("GET", "/webhooks/" + made.get("id").asString(), null, 200)
                        .get("paused_until")
                        .isNull())
                .isFalse();
    }

    @Test
    void afterTheLastTryItIsGivenUp() throws Exception {
        receiver.at("/never", Receiver.answering(500, ""));
        var made = make("/never", "alert.created");
        tell(CREATED);
        await("a try").atMost(PATIENCE).until(() -> attempts(made) == 1);
        everywhere("update webhook_delivery set attempts = 9 where webhook_id = ?", id(made));
        dueNow(made);

        await("the end").atMost(PATIENCE).untilAsserted(() -> {
            var delivery = log(made, "").get("items").get(0);
            assertThat(delivery.get("status").asString()).isEqualTo("failed");
            assertThat(delivery.get("attempts").asInt()).isEqualTo(10);
            assertThat(delivery.get("next_attempt_at").isNull()).isTrue();
        });
    }

    @Test
    void whoIsGoneIsSwitchedOffAndWhatWasMissedIsReplayed() throws Exception {
        receiver.at("/gone", Receiver.answering(410, ""));
        var gone = make("/gone", "alert.created");
        make("/notices", "webhook.disabled");
        var first = tell(CREATED);

        await("the notice").atMost(PATIENCE).until(() -> !receiver.received("/notices")
                .isEmpty());
        assertThat(json.readTree(receiver.received("/notices").getFirst().body())
                        .at("/webhook/reason")
                        .asString())
                .isEqualTo("gone");
        var shown = ok("GET", "/webhooks/" + gone.get("id").asString(), null, 200);
        assertThat(shown.get("enabled").asBoolean()).isFalse();
        assertThat(shown.get("disabled_reason").asString()).isEqualTo("gone");
        var missed = tell(CREATED);
        await("the missed one")
                .atMost(PATIENCE)
                .until(() -> log(gone, "?status=skipped").get("total").asInt() == 1);
        var path = "/webhooks/" + gone.get("id").asString();
        assertThat(ok("POST", path + "/test", "{}", 409).get("code").asString()).isEqualTo("CONFLICT");
        await("the row").atMost(PATIENCE).until(() -> deeds("?action=webhook_disabled")
                .contains("webhook_disabled success"));

        receiver.at("/gone", Receiver.answering(200, ""));
        ok("PATCH", path, "{\"enabled\":true}", 200);
        var range = "{\"from\":\"%s\"}".formatted(Instant.now().minusSeconds(60));
        assertThat(ok("POST", path + "/replay", range, 202).get("queued").asInt())
                .isEqualTo(2);

        await("both")
                .atMost(PATIENCE)
                .until(() -> log(gone, "?status=delivered").get("total").asInt() == 2);
        assertThat(new HashSet<>(ids("/gone"))).containsExactlyInAnyOrder(first, missed);
        assertThat(ok("POST", path + "/replay", range, 202).get("queued").asInt())
                .as("nothing is left")
                .isZero();
        var all = range.replace("}", ",\"include_delivered\":true}");
        assertThat(ok("POST", path + "/replay", all, 202).get("queued").asInt()).isEqualTo(2);
        assertThat(ok("POST", path + "/replay", "{\"from\":\"2999-01-01T00:00:00Z\"}", 400)
                        .at("/errors/0/field")
                        .asString())
                .isEqualTo("from");
    }

    @Test
    void whoFailsForDaysIsSwitchedOffAndWhatWaitsIsGivenUp() throws Exception {
        receiver.at("/tired", Receiver.answering(500, ""));
        var made = make("/tired", "alert.created");
        tell(CREATED);
        await("a try").atMost(PATIENCE).until(() -> attempts(made) == 1);
        everywhere("update webhook set failing_since = now() - interval '6 d' where id = ?", id(made));

        tell(CREATED);

        await("switched off").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        ok("GET", "/webhooks/" + made.get("id").asString(), null, 200)
                                .get("disabled_reason")
                                .asString())
                .isEqualTo("failing"));
        await("both are skipped")
                .atMost(PATIENCE)
                .until(() -> log(made, "?status=skipped").get("total").asInt() == 2);
    }

    @Test
    void aSlowReceiverDelaysNobody() throws Exception {
        receiver.at("/hang", _ -> hang());
        make("/hang", "alert.created");
        for (var i = 0; i < 60; i++) {
            tell(CREATED);
        }
        await("all it takes at once")
                .atMost(PATIENCE)
                .until(() -> receiver.received("/hang").size() >= Lane.AT_ONCE);
        make("/quick", "alert.resolved");

        var event = tell(RESOLVED);
        var start = System.nanoTime();
        await("the quick one")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> ids("/quick").contains(event));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void twoReplicasDeliverEachOnce() throws Exception {
        var made = make("/twice", "alert.created");
        var second = new Dispatcher(deliveries, sender, box, settings, meters, clock);
        second.start();
        try {
            var events = new ArrayList<UUID>();
            for (var i = 0; i < 300; i++) {
                events.add(tell(CREATED));
            }

            await("all")
                    .atMost(PATIENCE)
                    .until(() -> log(made, "?status=delivered").get("total").asInt() == 300);
            assertThat(ids("/twice")).containsExactlyInAnyOrderElementsOf(events);
        } finally {
            second.stop();
        }
        assertThat(second.isRunning()).isFalse();
    }

    @Test
    void whatADeadReplicaTookIsSentByAnother() throws Exception {
        receiver.at("/orphan", Receiver.answering(500, ""));
        var made = make("/orphan", "alert.created");
        var event = tell(CREATED);
        await("a try").atMost(PATIENCE).until(() -> attempts(made) == 1);
        receiver.at("/orphan", Receiver.answering(204, ""));
        var claim = UUID.randomUUID();
        everywhere(
                "update webhook_delivery set claim = '%s', due_at = now() + interval '1 s' where webhook_id = ?"
                        .formatted(claim),
                id(made));

        await("another replica's try")
                .atMost(PATIENCE)
                .until(() -> log(made, "?status=delivered").get("total").asInt() == 1);

        assertThat(ids("/orphan")).containsExactly(event, event);
        // the dead one was only slow: what it says now comes too late
        var delivery = log(made, "").get("items").get(0);
        deliveries.settle(List.of(new Deliveries.Done(
                new Claimed(
                        UUID.fromString(delivery.get("id").asString()),
                        claim,
                        new TenantId(tenant),
                        id(made),
                        event,
                        "alert.created",
                        "{}",
                        1,
                        10,
                        receiver.url("/orphan"),
                        "",
                        null,
                        null),
                new Answer(Instant.now(), Duration.ZERO, 500, "", "answered 500", null))));
        assertThat(log(made, "").get("items").get(0)).isEqualTo(delivery);
    }

    @Test
    void aRotatedSecretHoldsBesideItsSuccessor() throws Exception {
        var made = make("/rotated", "alert.created");
        var path = "/webhooks/" + made.get("id").asString() + "/rotate-secret";

        var rotated = ok("POST", path, "{\"overlap_hours\":1}", 200);
        assertThat(rotated.get("former_secret_until").isNull()).isFalse();
        var both = one("/rotated", tell(CREATED));
        verify(both, made, true);
        verify(both, rotated, true);

        var again =
                ok("POST", path, "{\"overlap_hours\":0,\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}", 200);
        assertThat(again.get("secret").asString()).isEqualTo("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var alone = one("/rotated", tell(CREATED));
        verify(alone, rotated, false);
        verify(alone, again, true);
        assertThat(ok("POST", path, null, 200).get("secret").asString()).startsWith("whsec_");
        assertThat(ok("POST", path, "{\"overlap_hours\":169}", 400)
                        .at("/errors/0/field")
                        .asString())
                .isEqualTo("overlap_hours");
        await("on record, without the secrets").atMost(PATIENCE).untilAsserted(() -> {
            var rows = get("?action=rotate_webhook_secret", owner);
            assertThat(rows.get("total").asInt()).isEqualTo(3);
            assertThat(rows.toString()).doesNotContain("whsec_");
        });
    }

    @Test
    void aTestIsTriedOnceAndADeliveryReplayed() throws Exception {
        receiver.at("/tested", Receiver.answering(418, "a teapot"));
        var made = make("/tested", "alert.created");
        var path = "/webhooks/" + made.get("id").asString();

        var test = ok("POST", path + "/test", null, 202);
        assertThat(test.get("event").asString()).isEqualTo("webhook.test");
        await("it to end").atMost(PATIENCE).untilAsserted(() -> {
            var delivery = log(made, "").get("items").get(0);
            assertThat(delivery.get("status").asString()).isEqualTo("failed");
            assertThat(delivery.get("error").asString()).isEqualTo("answered 418");
        });
        receiver.at("/tested", Receiver.answering(200, ""));
        var replay = ok("POST", path + "/deliveries/" + test.get("id").asString() + "/replay", null, 202);
        assertThat(replay.get("replay").asInt()).isEqualTo(1);

        await("the replay")
                .atMost(PATIENCE)
                .until(() -> log(made, "?status=delivered").get("total").asInt() == 1);
        var sent = receiver.received("/tested");
        assertThat(sent).hasSize(2);
        assertThat(sent.getLast().header("webhook-id"))
                .isEqualTo(sent.getFirst().header("webhook-id"));
        assertThat(sent.getLast().body()).isEqualTo(sent.getFirst().body());
        assertThat(ok("POST", path + "/deliveries/" + UuidV7.next() + "/replay", null, 404)
                        .get("code")
                        .asString())
                .isEqualTo("NOT_FOUND");
        assertThat(ok("GET", path + "?", null, 200).get("failing_since").isNull())
                .as("a test that fails is no failure of the webhook")
                .isTrue();
    }

    @Test
    void whatIsOldOrDeletedIsClearedAway() throws Exception {
        var made = make("/old", "alert.created");
        var event = tell(CREATED);
        await("it")
                .atMost(PATIENCE)
                .until(() -> log(made, "?status=delivered").get("total").asInt() == 1);
        var deleted = make("/deleted", "alert.created");
        var other = tell(CREATED);
        await("the other")
                .atMost(PATIENCE)
                .until(() -> log(deleted, "?status=delivered").get("total").asInt() == 1);
        send("DELETE", "/webhooks/" + deleted.get("id").asString(), owner, null);
        everywhere("update webhook_message set stored_at = now() - interval '31 d' where id = ?", event);
        everywhere("update webhook set deleted_at = now() - interval '1 h' where id = ?", id(deleted));

        deliveries.forgetOld();

        assertThat(log(made, "").get("total").asInt()).isEqualTo(1);
        assertThat(log(made, "").at("/items/0/message_id").asString()).isEqualTo(other.toString());
        assertThat(count("select count(*) from webhook where id = ?", id(deleted)))
                .isZero();
        assertThat(count("select count(*) from webhook_delivery where webhook_id = ?", id(deleted)))
                .isZero();
    }

    private JsonNode make(String path, String... events) throws Exception {
        return ok("POST", "/webhooks", form(path, events), 201);
    }

    private String form(String path, String... events) {
        return json.writeValueAsString(Map.of("url", receiver.url(path).toString(), "events", List.of(events)));
    }

    private JsonNode ok(String method, String path, String body, int status) throws Exception {
        var response = send(method, path, owner, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return json.readTree(response.body());
    }

    /// Publishes an event of that type.
    private UUID tell(String type) throws Exception {
        var event = UuidV7.next();
        publish(ALERTS, type, event, "{\"title\":\"disk\"}".getBytes(UTF_8));
        return event;
    }

    private List<UUID> ids(String path) {
        return receiver.received(path).stream()
                .map(one -> UUID.fromString(one.header("webhook-id")))
                .toList();
    }

    private Received one(String path, UUID event) {
        return await("it")
                .atMost(PATIENCE)
                .until(
                        () -> receiver.received(path).stream()
                                .filter(one -> one.header("webhook-id").equals(event.toString()))
                                .findFirst(),
                        java.util.Optional::isPresent)
                .orElseThrow();
    }

    private static void verify(Received got, JsonNode webhook, boolean valid) throws Exception {
        boolean accepted;
        try {
            new Webhook(webhook.get("secret").asString()).verify(got.body(), got.headers());
            accepted = true;
        } catch (WebhookVerificationException refused) {
            accepted = false;
        }
        assertThat(accepted).isEqualTo(valid);
    }

    private JsonNode log(JsonNode webhook, String query) throws Exception {
        return ok("GET", "/webhooks/" + webhook.get("id").asString() + "/deliveries" + query, null, 200);
    }

    private int attempts(JsonNode webhook) throws Exception {
        return log(webhook, "").at("/items/0/attempts").asInt();
    }

    private static Duration untilNextTry(JsonNode delivery) {
        return Duration.between(
                Instant.parse(delivery.get("last_attempt_at").asString()),
                Instant.parse(delivery.get("next_attempt_at").asString()));
    }

    private List<String> deeds(String query) throws Exception {
        return get(query, owner)
                .get("items")
                .valueStream()
                .map(row ->
                        row.get("action").asString() + " " + row.get("outcome").asString())
                .toList();
    }

    private void dueNow(JsonNode webhook) {
        everywhere(
                "update webhook_delivery set due_at = now() where status = 'pending' and webhook_id = ?", id(webhook));
    }

    private static UUID id(JsonNode webhook) {
        return UUID.fromString(webhook.get("id").asString());
    }

    private void everywhere(String sql, UUID id) {
        TenantScope.everyTenant(
                () -> transaction.execute(_ -> jdbc.sql(sql).param(id).update()));
    }

    private long count(String sql, UUID id) {
        return TenantScope.everyTenant(() -> transaction.execute(
                _ -> jdbc.sql(sql).param(id).query(Long.class).single()));
    }

    private void hang() {
        try {
            end.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
