package io.wardroom.fleet.alert.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.alert.Alerts;
import io.wardroom.fleet.alert.Hosts;
import io.wardroom.fleet.alert.WithAlerts;
import io.wardroom.fleet.alert.silence.Mutes;
import io.wardroom.fleet.inventory.FailedUnits;
import io.wardroom.fleet.telemetry.Readings;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class AlertRulesTest extends WithAlerts {
    private static final String EVENTS = "alerts.events.v1";
    private static final String NASTY = "'; drop table alert; -- <script>alert(1)</script> %_\\ \u0007\u202e 🦀";

    @Autowired
    private RuleRepository rules;

    @Autowired
    private Rules known;

    @Autowired
    private StateRepository states;

    @Autowired
    private Hosts hosts;

    @Autowired
    private Readings readings;

    @Autowired
    private FailedUnits failed;

    @Autowired
    private Alerts alerts;

    @Autowired
    private Mutes mutes;

    @Autowired
    private AlertProperties properties;

    @Autowired
    private AlertJobs jobs;

    @Autowired
    private Clock clock;

    private final Instant begin = Judge.momentAt(Instant.now().minus(50, ChronoUnit.MINUTES));
    private UUID host;
    private String token;

    @BeforeEach
    void aHostAndAWriter() {
        beginAnew();
        host = newHost(tenant, Instant.now(), "db");
        token = tokenOf(tenant, "blue_tech");
    }

    @Test
    void aTenantBeginsWithTheShippedRulesAndKeepsWhatItMakesOfThem() {
        var shipped = call("GET", "/alert-rules", token, null);
        assertThat(shipped.total()).isEqualTo(6);
        var disk = shipped.first();
        assertThat(disk.get("name").asString()).isEqualTo("Agent offline");
        var id = disk.get("id").asString();

        assertThat(call("PATCH", "/alert-rules/" + id, token, Map.of("enabled", false))
                        .body()
                        .get("enabled")
                        .asBoolean())
                .isFalse();
        assertThat(call("DELETE", "/alert-rules/" + id, token, null).status()).isEqualTo(204);
        assertThat(call("GET", "/alert-rules", token, null).total()).isEqualTo(5);
        assertThat(call("DELETE", "/alert-rules/" + id, token, null).status()).isEqualTo(404);
    }

    @Test
    void aConditionIsToldOnceAfterItsTimeAndResolvesByItself() {
        var rule = rule(Map.of("for_secs", 60, "keep_firing_secs", 60, "severity", "high"));
        fill(begin, Duration.ofMinutes(10), 0.95);
        fill(begin.plus(Duration.ofMinutes(10)), Duration.ofMinutes(5), 0.1);

        judgeUntil(begin.plus(Duration.ofMinutes(10)));
        var open = call("GET", "/alerts?status=open&rule_id=%s&agent_id=%s".formatted(rule, host), token, null);
        assertThat(open.total()).isEqualTo(1);
        assertThat(open.first().get("count").asInt()).isEqualTo(1);
        assertThat(open.first().get("title").asString()).isEqualTo("Disk: mountpoint=/, state=used");
        // the first moment that sees a value is the first of all; a minute later it is told
        assertThat(Instant.parse(open.first().get("detected_at").asString())).isEqualTo(begin.plusSeconds(60));
        judgeUntil(begin.plus(Duration.ofMinutes(15)));

        assertThat(call("GET", "/alerts?status=resolved&rule_id=" + rule, token, null)
                        .first()
                        .get("resolved_by")
                        .asString())
                .isEqualTo("system");
        assertThat(published(EVENTS, host, 2)).containsExactly("alert.created", "alert.resolved");
    }

    @Test
    void flappingBelowItsTimeIsNeverToldAndAHoleTellsNothing() {
        rule(Map.of("for_secs", 120, "window_secs", 30, "keep_firing_secs", 0));
        for (var i = 0; i < 10; i++) {
            fill(begin.plusSeconds(i * 60), Duration.ofSeconds(60), i % 2 == 0 ? 0.95 : 0.5);
        }
        // then nothing at all

        judgeUntil(begin.plus(Duration.ofMinutes(20)));

        assertThat(call("GET", "/alerts", token, null).total()).isZero();
    }

    @Test
    void whatFiresStaysThroughAHoleAndAStop() {
        var rule = rule(Map.of("for_secs", 0, "keep_firing_secs", 30));
        fill(begin, Duration.ofMinutes(3), 0.95);
        judgeUntil(begin.plus(Duration.ofMinutes(3)));
        // an outage: nobody sent, nobody judged
        judgeUntil(begin.plus(Duration.ofMinutes(20)));
        assertThat(call("GET", "/alerts?status=open&rule_id=" + rule, token, null)
                        .total())
                .isEqualTo(1);
        fill(begin.plus(Duration.ofMinutes(20)), Duration.ofMinutes(3), 0.95);
        judgeUntil(begin.plus(Duration.ofMinutes(23)));

        assertThat(call("GET", "/alerts?rule_id=" + rule, token, null).total()).isEqualTo(1);
        assertThat(published(EVENTS, host, 1)).containsExactly("alert.created");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whatABacktestSaysIsWhatIsTold(long seed) {
        var random = new Random(seed);
        var rule = rule(Map.of(
                "for_secs",
                30 * random.nextInt(4),
                "window_secs",
                60,
                "keep_firing_secs",
                30 * random.nextInt(4),
                "aggregate",
                List.of("avg", "min", "max", "last").get(random.nextInt(4))));
        var at = begin;
        var end = begin.plus(Duration.ofMinutes(40));
        while (at.isBefore(end)) {
            var length = Duration.ofSeconds(15L * (1 + random.nextInt(20)));
            if (random.nextInt(6) > 0) {
                fill(at, length, random.nextBoolean() ? 0.95 : 0.5);
            }
            at = at.plus(length);
        }
        judgeUntil(end);
        var tried = call(
                "POST",
                "/alert-rules/%s/backtest".formatted(rule),
                token,
                Map.of("from", begin.toString(), "to", end.toString(), "agent_ids", List.of(host)));

        assertThat(tried.status()).as(tried.raw()).isEqualTo(200);
        var expected = new ArrayList<String>();
        tried.body()
                .get("intervals")
                .forEach(one -> expected.add("%s to %s"
                        .formatted(
                                one.get("from").asString(),
                                one.get("to").isNull() ? null : one.get("to").asString())));
        var told = new ArrayList<String>();
        for (var alert : call("GET", "/alerts?limit=200&rule_id=" + rule, token, null)
                .body()
                .get("items")) {
            told.add("%s to %s"
                    .formatted(
                            alert.get("detected_at").asString(),
                            alert.get("resolved_at").isNull()
                                    ? null
                                    : alert.get("resolved_at").asString()));
        }
        assertThat(told).isNotEmpty().containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aRuleThatChangesOrGoesTakesItsAlertsAlong() {
        var rule = rule(Map.of("for_secs", 0));
        fill(begin, Duration.ofMinutes(10), 0.95);
        judgeUntil(begin.plusSeconds(60));
        assertThat(call("GET", "/alerts?status=open", token, null).total()).isEqualTo(1);

        call("PATCH", "/alert-rules/" + rule, token, Map.of("threshold", 0.99));
        judgeUntil(begin.plusSeconds(120));
        assertThat(call("GET", "/alerts?status=open", token, null).total()).isZero();
        call("PATCH", "/alert-rules/" + rule, token, Map.of("threshold", 0.9));
        judgeUntil(begin.plusSeconds(180));
        assertThat(call("GET", "/alerts?status=open", token, null).total()).isEqualTo(1);
        call("DELETE", "/alert-rules/" + rule, token, null);
        judgeUntil(begin.plusSeconds(240));

        assertThat(call("GET", "/alerts?status=open", token, null).total()).isZero();
        assertThat(call("GET", "/alerts?status=resolved", token, null).total()).isEqualTo(2);
    }

    @Test
    void aScopeKeepsARuleToItsHosts() {
        var other = newHost(tenant, Instant.now(), "web");
        rule(Map.of("for_secs", 0, "scope", Map.of("tags", List.of("web"), "labels", Map.of("env", "test"))));
        fill(begin, Duration.ofMinutes(2), 0.95);
        fill(other, begin, Duration.ofMinutes(2), 0.95);

        judgeUntil(begin.plusSeconds(90));

        var told = call("GET", "/alerts", token, null);
        assertThat(told.total()).isEqualTo(1);
        assertThat(told.first().get("agent_id").asString()).isEqualTo(other.toString());
    }

    @Test
    void whatIsMutedIsAnnouncedWhenNothingMutesItAnyMore() {
        rule(Map.of("for_secs", 0, "keep_firing_secs", 0));
        var silence = call(
                "POST",
                "/silences",
                token,
                Map.of(
                        "tag",
                        "db",
                        "ends_at",
                        Instant.now().plusSeconds(3600).toString(),
                        "reason",
                        NASTY.replace("\u0007", "")));
        assertThat(silence.status()).as(silence.raw()).isEqualTo(201);
        fill(begin, Duration.ofMinutes(2), 0.95);
        judgeUntil(begin.plusSeconds(60));

        jobs.announceUnmuted();
        var muted = call("GET", "/alerts?status=open", token, null).first();
        assertThat(muted.get("muted").asBoolean()).isTrue();
        assertThat(muted.get("muted_by").asString()).isEqualTo("silence " + silence.text("id"));
        assertThat(call("GET", "/silences?active=true", token, null).total()).isEqualTo(1);
        assertThat(call("DELETE", "/silences/" + silence.text("id"), token, null)
                        .status())
                .isEqualTo(204);
        jobs.announceUnmuted();
        jobs.announceUnmuted();

        assertThat(call("GET", "/alerts?status=open", token, null)
                        .first()
                        .get("muted")
                        .asBoolean())
                .isFalse();
        assertThat(published(EVENTS, host, 1)).containsExactly("alert.created");
    }

    @Test
    void maintenanceMutesAndNobodyHearsOfWhatBeganAndEndedInIt() {
        rule(Map.of("for_secs", 0, "keep_firing_secs", 0));
        var now = Instant.now();
        var window = call(
                "POST",
                "/maintenance-windows",
                token,
                Map.of(
                        "name",
                        "upgrade",
                        "agent_ids",
                        List.of(host),
                        "starts_at",
                        now.minusSeconds(60).toString(),
                        "ends_at",
                        now.plusSeconds(600).toString()));
        assertThat(window.status()).as(window.raw()).isEqualTo(201);
        fill(begin, Duration.ofMinutes(2), 0.95);
        fill(begin.plus(Duration.ofMinutes(2)), Duration.ofMinutes(5), 0.1);
        judgeUntil(begin.plus(Duration.ofMinutes(7)));
        call("DELETE", "/maintenance-windows/" + window.text("id"), token, null);
        jobs.announceUnmuted();
        raise("after");

        assertThat(call("GET", "/alerts?status=resolved", token, null).total()).isEqualTo(1);
        assertThat(published(EVENTS, host, 1)).containsExactly("alert.created");
        assertThat(call("GET", "/maintenance-windows", token, null).total()).isZero();
    }

    @Test
    void whatAgentsRaiseIsCountedWhileOpenAndOpensAnewBehind() {
        var batch = UuidV7.next();
        var item = Map.of(
                "type", "alert", "category", "disk", "severity", "high", "title", "almost full", "detail", NASTY);
        send(Topics.TELEMETRY_ALERTS, host, batch, Instant.now(), item);
        send(Topics.TELEMETRY_ALERTS, host, batch, Instant.now(), item);
        send(
                Topics.TELEMETRY_ALERTS,
                host,
                UuidV7.next(),
                Instant.now(),
                item,
                Map.of("type", "alert", "category", "disk", "severity", "high", "title", "nul \u0000 inside"),
                Map.of("type", "alert", "category", "disk", "severity", "loud", "title", "no severity"),
                Map.of("type", "alert", "category", "disk", "severity", "medium", "title", NASTY));
        await("both titles")
                .atMost(PATIENCE)
                .until(() -> call("GET", "/alerts", token, null).total() == 2);
        var first = call("GET", "/alerts?search=almost", token, null).first();
        assertThat(first.get("count").asInt()).isEqualTo(2);
        assertThat(first.get("detail").asString()).isEqualTo(NASTY);

        var resolved =
                call("PATCH", "/alerts/%s/resolve".formatted(first.get("id").asString()), token, null);
        assertThat(resolved.text("status")).isEqualTo("resolved");
        assertThat(resolved.text("resolved_by")).isNotEqualTo("system");
        send(Topics.TELEMETRY_ALERTS, host, UuidV7.next(), Instant.now(), item);

        await("another one")
                .atMost(PATIENCE)
                .until(() -> call("GET", "/alerts?status=open&search=almost", token, null)
                                .total()
                        == 1);
        assertThat(published(EVENTS, host, 4))
                .containsExactly("alert.created", "alert.created", "alert.resolved", "alert.created");
    }

    @Test
    void failedUnitsComeFromTheNewestInventory() {
        var seen = Instant.now().minusSeconds(600);
        send(Topics.TELEMETRY_INVENTORY, host, UuidV7.next(), seen, systemd(seen, "failed", "active"));
        send(Topics.TELEMETRY_INVENTORY, host, UuidV7.next(), seen, systemd(seen.minusSeconds(60), "failed", "failed"));
        await("the inventory").atMost(PATIENCE).until(() -> failedUnits() == 1);
        judgeUntil(begin.plusSeconds(30));
        var open = call("GET", "/alerts?status=open&category=service", token, null);
        assertThat(open.total()).isEqualTo(1);
        assertThat(open.first().get("title").asString()).isEqualTo("Unit failed: a.service");

        send(
                Topics.TELEMETRY_INVENTORY,
                host,
                UuidV7.next(),
                seen.plusSeconds(60),
                systemd(seen.plusSeconds(60), "active", "active"));
        await("the next").atMost(PATIENCE).until(() -> failedUnits() == 0);
        judgeUntil(begin.plusSeconds(60));

        assertThat(call("GET", "/alerts?status=open", token, null).total()).isZero();
    }

    @Test
    void statesFollowEachOtherAndWrongOnesAreRefused() {
        var id = raise("one");

        assertThat(call("PATCH", "/alerts/%s/acknowledge".formatted(id), token, null)
                        .text("status"))
                .isEqualTo("acknowledged");
        var again = call("PATCH", "/alerts/%s/acknowledge".formatted(id), token, null);
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.text("code")).isEqualTo("INVALID_TRANSITION");
        var detail = again.body().get("detail");
        assertThat(detail.get("current_state").asString()).isEqualTo("acknowledged");
        assertThat(detail.get("target_state").asString()).isEqualTo("acknowledged");
        assertThat(detail.get("valid_transitions").get(0).asString()).isEqualTo("resolved");
        assertThat(call("PATCH", "/alerts/%s/resolve".formatted(id), token, null)
                        .status())
                .isEqualTo(200);
        assertThat(call("PATCH", "/alerts/%s/resolve".formatted(id), token, null)
                        .status())
                .isEqualTo(400);

        assertThat(published(EVENTS, host, 3)).containsExactly("alert.created", "alert.acknowledged", "alert.resolved");
        assertThat(deeds(4))
                .containsExactly(
                        "acknowledge_alert success",
                        "acknowledge_alert refused",
                        "resolve_alert success",
                        "resolve_alert refused");
    }

    @Test
    void aTenantSeesAndTouchesItsOwnAlone() {
        var id = raise("mine");
        var rule = rule(Map.of());
        var foreign = tokenOf(new TenantId(UuidV7.next()), "owner");
        var viewer = tokenOf(tenant, "viewer");

        assertThat(call("GET", "/alerts", foreign, null).total()).isZero();
        assertThat(call("PATCH", "/alerts/%s/resolve".formatted(id), foreign, null)
                        .status())
                .isEqualTo(404);
        assertThat(call("PATCH", "/alert-rules/" + rule, foreign, Map.of("enabled", false))
                        .status())
                .isEqualTo(404);
        assertThat(call("DELETE", "/alert-rules/" + rule, foreign, null).status())
                .isEqualTo(404);
        var range = Map.of("from", begin.toString(), "to", begin.plusSeconds(60).toString());
        assertThat(call("POST", "/alert-rules/%s/backtest".formatted(rule), foreign, range)
                        .status())
                .isEqualTo(404);
        assertThat(call("GET", "/alerts", viewer, null).total()).isEqualTo(1);
        assertThat(call("PATCH", "/alerts/%s/resolve".formatted(id), viewer, null)
                        .status())
                .isEqualTo(403);
        assertThat(call("POST", "/alert-rules", viewer, Map.of()).status()).isEqualTo(403);
        assertThat(call("POST", "/silences", viewer, Map.of()).status()).isEqualTo(403);
        assertThat(call("POST", "/maintenance-windows", viewer, Map.of()).status())
                .isEqualTo(403);
    }

    @Test
    void aListGoesOnBehindItsCursor() {
        var ids = new ArrayList<String>();
        for (var i = 0; i < 5; i++) {
            ids.addFirst(raise("alert " + i).toString());
        }

        var seen = new ArrayList<String>();
        var cursor = "";
        do {
            var page = call("GET", "/alerts?limit=2" + cursor, token, null);
            assertThat(page.total()).isEqualTo(5);
            page.body().get("items").forEach(item -> seen.add(item.get("id").asString()));
            cursor = page.text("next_cursor").equals("null") ? "" : "&cursor=" + page.text("next_cursor");
        } while (!cursor.isEmpty());

        assertThat(seen).isEqualTo(ids);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"nam\":1}|nam",
                "{}|name",
                "{\"name\":\"a\",\"kind\":\"metric\",\"severity\":\"high\"}|metric",
                "{\"name\":\"a\",\"kind\":\"offline\",\"severity\":\"high\",\"threshold\":1}|threshold",
                "{\"name\":\"a\",\"kind\":\"offline\",\"severity\":\"loud\"}|severity",
                "{\"name\":\"a\",\"kind\":\"offline\",\"severity\":\"high\",\"labels\":{\"a\":\"b\"}}|labels",
                "{\"name\":\"a\\u0000\",\"kind\":\"offline\",\"severity\":\"high\"}|name",
                "{\"name\":\"a\",\"kind\":\"offline\",\"severity\":\"high\",\"for_secs\":-1}|for_secs",
                "{\"name\":\"a\",\"kind\":\"metric\",\"severity\":\"high\",\"metric\":\"m\",\"comparison\":\"gt\",\"threshold\":1e999}|threshold",
                "{\"name\":\"a\",\"kind\":\"metric\",\"severity\":\"high\",\"metric\":\"m\",\"comparison\":\"gt\",\"threshold\":1,\"window_secs\":3600}|window_secs",
            })
    void aRuleThatMakesNoSenseIsRefused(String form, String field) {
        var answer = call("POST", "/alert-rules", token, form);

        assertThat(answer.status()).as(answer.raw()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("VALIDATION_ERROR");
        assertThat(answer.body().get("errors").get(0).get("field").asString()).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET|/alerts?limit=201|",
                "GET|/alerts?status=new|",
                "GET|/alerts?search=%00|",
                "GET|/alerts?since=-1000000-01-01T00:00:00Z|",
                "GET|/alerts?cursor=x|",
                "POST|/silences|{\"reason\":\"r\",\"ends_at\":\"2020-01-01T00:00:00Z\",\"tag\":\"a\"}",
                "POST|/silences|{\"reason\":\"r\",\"ends_at\":\"2999-01-01T00:00:00Z\",\"tag\":\"a\"}",
                "POST|/silences|{\"reason\":\"r\",\"ends_at\":\"+1000000000-12-31T23:59:59Z\",\"tag\":\"a\"}",
                "POST|/silences|{\"reason\":\"r\",\"tag\":\"a\"}",
                "POST|/maintenance-windows|{\"name\":\"n\"}",
                "POST|/maintenance-windows|{\"name\":\"n\",\"weekly\":{\"days\":[\"monday\"],\"start_time\":\"25:00\",\"end_time\":\"02:00\",\"time_zone\":\"UTC\"}}",
                "POST|/maintenance-windows|{\"name\":\"n\",\"weekly\":{\"days\":[\"monday\"],\"start_time\":\"23:00\",\"end_time\":\"02:00\",\"time_zone\":\"Mars/North\"}}",
            })
    void whatMakesNoSenseIsRefused(String method, String path, String form) {
        assertThat(call(method, path, token, form).status()).isEqualTo(400);
    }

    private Map<String, Object> systemd(Instant at, String a, String b) {
        return Map.of(
                "type",
                "inventory",
                "section",
                "systemd",
                "observed_at",
                at.toString(),
                "data",
                List.of(
                        Map.of("name", "a.service", "active_state", a),
                        Map.of("name", "b.service", "active_state", b)));
    }

    private int failedUnits() {
        var units = everywhere(() -> failed.of(List.of(host))).get(host);
        return units == null ? -1 : units.size();
    }

    private UUID raise(String title) {
        return TenantScope.within(tenant, () -> alerts.raise(
                        tenant,
                        host,
                        new Alerts.Raised(
                                null, "test", "high", title, null, "test/%s/%s".formatted(host, title), Instant.now()))
                .orElseThrow());
    }

    /// A rule about a disk, with some of it said differently.
    private String rule(Map<String, Object> differently) {
        var form = new HashMap<String, Object>(Map.of(
                "name", "Disk",
                "kind", "metric",
                "metric", "system.filesystem.utilization",
                "labels", Map.of("state", "used"),
                "comparison", "gt",
                "threshold", 0.9,
                "severity", "high",
                "window_secs", 60));
        form.putAll(differently);
        // the shipped ones shall not tell of the same
        for (JsonNode shipped : call("GET", "/alert-rules", token, null).body().get("items")) {
            if (shipped.get("kind").asString().equals("metric")) {
                call("DELETE", "/alert-rules/" + shipped.get("id").asString(), token, null);
            }
        }
        var made = call("POST", "/alert-rules", token, form);
        assertThat(made.status()).as(made.raw()).isEqualTo(201);
        return made.text("id");
    }

    private void fill(Instant from, Duration length, double value) {
        fill(host, from, length, value);
    }

    private void fill(UUID agent, Instant from, Duration length, double value) {
        var series = series("system.filesystem.utilization", Map.of("mountpoint", "/", "state", "used"));
        for (var at = from; at.isBefore(from.plus(length)); at = at.plusSeconds(15)) {
            measured(agent, at, series, value);
        }
    }

    /// Judges moment after moment, each time by somebody new: whatever matters is in the database.
    private void judgeUntil(Instant end) {
        Instant last = everywhere(() -> jdbc.sql("select max(moment) from alert_clock")
                        .query((row, _) ->
                                Optional.ofNullable(row.getTimestamp(1)).map(Timestamp::toInstant))
                        .single())
                .orElse(begin.minus(Judge.STEP));
        for (var moment = last.plus(Judge.STEP); !moment.isAfter(end); moment = moment.plus(Judge.STEP)) {
            new Judge(
                            rules,
                            known,
                            states,
                            hosts,
                            readings,
                            failed,
                            alerts,
                            mutes,
                            new AlertProperties(3, properties.budget(), properties.quiet(), properties.kept()),
                            transaction,
                            clock)
                    .judgeDue(moment.plus(Judge.SETTLE));
        }
    }

    private List<String> deeds(int expected) {
        var recorded = new ArrayList<String>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(Topics.AUDIT_ACTIONS));
            await("the audit trail").atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (tenant.toString().equals(record.key())) {
                        var deed = json.readTree((byte[]) record.value());
                        recorded.add(deed.get("action").asString() + " "
                                + deed.get("outcome").asString());
                    }
                });
                return recorded.size() >= expected;
            });
        }
        return recorded;
    }
}
