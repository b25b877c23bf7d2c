package io.wardroom.fleet.alert.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.fleet.agent.Presence;
import io.wardroom.fleet.agent.Sighting;
import io.wardroom.fleet.alert.WithAlerts;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.kafka.KafkaException;

class LivenessTest extends WithAlerts {
    private static final Duration TICK = Duration.ofSeconds(3);

    @Autowired
    private LivenessRepository repository;

    @Autowired
    private HearingRepository ears;

    @Autowired
    private KafkaBacklog backlog;

    @Autowired
    private EventOutbox outbox;

    @Autowired
    private List<Changed> interested;

    @Autowired
    private Presence presence;

    private final List<UUID> hosts = new ArrayList<>();
    private Instant now = Instant.now().plus(4, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    private boolean open;
    private boolean workedOff = true;
    private boolean brokerAway;

    @BeforeEach
    void theTestsOwnTime() {
        beginAnew();
        // hosts of other tests were heard of at times of their own
        everywhere(() -> jdbc.sql("delete from agent_presence").update());
    }

    @AfterEach
    void nobodyIsHeardAnyMore() {
        hosts.forEach(this::removeHost);
    }

    @Test
    void aHostThatFallsSilentIsToldOnceWithinTenSecondsAndOnceWhenItIsBack() {
        var silent = host();
        var other = host();
        look(Duration.ofMinutes(2), silent, other);
        var lastSeen = now;

        var offlineAfter = Duration.ZERO;
        while (isOnline(silent)) {
            look(TICK, other);
            offlineAfter = Duration.between(lastSeen.plusSeconds(90), now);
        }
        assertThat(offlineAfter).isLessThan(Duration.ofSeconds(10)).isGreaterThanOrEqualTo(Duration.ZERO);
        look(Duration.ofMinutes(1), other);
        look(Duration.ofSeconds(9), silent, other);

        assertThat(isOnline(silent)).isTrue();
        assertThat(published(Topics.AGENTS_EVENTS, silent, 3))
                .containsExactly("agent.online", "agent.offline", "agent.online");
        assertThat(published(Topics.AGENTS_EVENTS, other, 1)).containsExactly("agent.online");
        assertThat(everywhere(() ->
                        jdbc.sql("""
                                select string_agg(status, ' ' order by id) from alert
                                where agent_id = :agent and category = 'availability'
                                """).param("agent", silent).query(String.class).single()))
                .isEqualTo("resolved");
    }

    @Test
    void nobodyIsCalledOfflineBecauseTheHubWasAway() {
        var first = host();
        var second = host();
        var gone = host();
        look(Duration.ofMinutes(1), first, second, gone);

        look(Duration.ofMinutes(10));
        // they come back one after the other, as their growing pauses end
        look(Duration.ofMinutes(1), first);
        look(Duration.ofMinutes(4), first);
        look(Duration.ofSeconds(30), first, second);

        assertThat(published(Topics.AGENTS_EVENTS, first, 1)).containsExactly("agent.online");
        assertThat(published(Topics.AGENTS_EVENTS, second, 1)).containsExactly("agent.online");
        assertThat(isOnline(gone)).isTrue();
        look(Duration.ofMinutes(2), first, second);
        assertThat(isOnline(gone)).isFalse();
        assertThat(isOnline(second)).isTrue();
    }

    @Test
    void aServiceThatWasDownWorksItsBacklogOffFirst() {
        var host = host();
        var other = host();
        look(Duration.ofMinutes(1), host, other);

        // nobody looks for ten minutes; then the other host's partition is read before this one's
        now = now.plus(10, ChronoUnit.MINUTES);
        workedOff = false;
        look(Duration.ofMinutes(3), other);
        assertThat(isOnline(host)).isTrue();
        workedOff = true;
        look(Duration.ofMinutes(1), host, other);

        assertThat(published(Topics.AGENTS_EVENTS, host, 1)).containsExactly("agent.online");
    }

    @Test
    void withoutTheBrokerNobodyIsCalledOffline() {
        var host = host();
        var other = host();
        look(Duration.ofMinutes(1), host, other);

        brokerAway = true;
        look(Duration.ofMinutes(3), other);
        assertThat(isOnline(host)).isTrue();
        brokerAway = false;
        look(Duration.ofMinutes(1), host, other);

        assertThat(published(Topics.AGENTS_EVENTS, host, 1)).containsExactly("agent.online");
    }

    @Test
    void theOnlyHostIsCalledOfflineWhereTheWayInIsOpen() {
        var only = host();
        open = true;
        look(Duration.ofMinutes(1), only);

        look(Duration.ofSeconds(99));

        assertThat(isOnline(only)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void everyStateIsThatOfTheModel(long seed) {
        var random = new Random(seed);
        IntStream.range(0, 4).forEach(_ -> host());
        Map<UUID, Instant> seen = new HashMap<>();
        hosts.forEach(host -> seen.put(host, now));
        Map<UUID, Instant> quietUntil = new HashMap<>();
        var expected = new HashMap<UUID, Boolean>();
        var heard = new ArrayList<Boolean>();
        var moments = new ArrayList<Instant>();
        var hubAwayUntil = now;
        // the first look only asks where the partitions end
        look(TICK);
        for (var tick = 0; tick < 260; tick++) {
            now = now.plus(TICK);
            if (random.nextInt(60) == 0) {
                hubAwayUntil = now.plusSeconds(random.nextInt(400));
            }
            var speaking = new ArrayList<UUID>();
            for (var host : hosts) {
                if (random.nextInt(70) == 0) {
                    quietUntil.put(host, now.plusSeconds(random.nextInt(300)));
                }
                if (!now.isBefore(quietUntil.getOrDefault(host, now)) && !now.isBefore(hubAwayUntil)) {
                    speaking.add(host);
                    seen.put(host, now);
                }
            }
            see(speaking);

            newLiveness().look(now);

            // what is stored by then was received before the last look
            var caughtUp = now.minus(TICK);
            moments.add(caughtUp);
            heard.add(seen.values().stream().anyMatch(last -> last.isAfter(caughtUp.minusSeconds(30))));
            for (var host : hosts) {
                model(moments, heard, seen.get(host), caughtUp).ifPresent(state -> expected.put(host, state));
                assertThat(isOnline(host))
                        .as("seed %d tick %d", seed, tick)
                        .isEqualTo(expected.getOrDefault(host, false));
            }
        }
    }

    /// The state from the whole history, or nothing where nobody can tell.
    private static Optional<Boolean> model(List<Instant> moments, List<Boolean> heard, Instant lastSeen, Instant at) {
        if (lastSeen.plusSeconds(90).isAfter(at)) {
            return Optional.of(true);
        }
        var last = heard.size() - 1;
        if (!heard.get(last)) {
            return Optional.empty();
        }
        var first = last;
        while (first > 0 && heard.get(first - 1)) {
            first--;
        }
        var before = first - 1;
        while (before >= 0 && !heard.get(before)) {
            before--;
        }
        var since = moments.get(first);
        var away = Duration.between(before < 0 ? moments.getFirst() : moments.get(before), since);
        var pause = away.compareTo(Duration.ofMinutes(5)) > 0 ? Duration.ofMinutes(5) : away;
        var backBy = since.plusSeconds(90).plus(pause);
        return !lastSeen.isBefore(since) || !backBy.isAfter(at) ? Optional.of(false) : Optional.empty();
    }

    @Test
    void theBrokerSaysWhenEverythingIsStored() {
        var host = host();
        send(Topics.TELEMETRY_HEARTBEATS, host, UUID.randomUUID(), Instant.now());
        var ends = backlog.ends();

        await("the backlog").atMost(PATIENCE).until(() -> backlog.isWorkedOff(ends));
        var more = new HashMap<>(ends);
        more.replaceAll((_, end) -> end + 1);
        assertThat(backlog.isWorkedOff(more)).isFalse();
    }

    private UUID host() {
        var id = newHost(tenant, now);
        hosts.add(id);
        return id;
    }

    /// Looks again and again while some hosts are heard.
    private void look(Duration time, UUID... speaking) {
        for (var passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(TICK)) {
            now = now.plus(TICK);
            see(List.of(speaking));
            newLiveness().look(now);
        }
    }

    /// Another one each time: whatever matters is in the database.
    private Liveness newLiveness() {
        return new Liveness(
                repository,
                ears,
                new Backlog() {
                    @Override
                    public Map<String, Long> ends() {
                        if (brokerAway) {
                            throw new KafkaException("away");
                        }
                        return Map.of("group/topic/0", 1L);
                    }

                    @Override
                    public boolean isWorkedOff(Map<String, Long> ends) {
                        if (brokerAway) {
                            throw new KafkaException("away");
                        }
                        return workedOff;
                    }
                },
                () -> open,
                new LivenessProperties(List.of(), Duration.ofSeconds(30), 2),
                outbox,
                interested,
                transaction);
    }

    private void see(List<UUID> speaking) {
        everywhere(() -> {
            presence.seen(speaking.stream()
                    .map(host -> new Sighting(tenant, host, null, null, now))
                    .toList());
            return true;
        });
    }

    private boolean isOnline(UUID host) {
        return everywhere(
                () -> jdbc.sql("select coalesce(bool_or(online), false) from agent_liveness where agent_id = ?")
                        .param(host)
                        .query(Boolean.class)
                        .single());
    }
}
