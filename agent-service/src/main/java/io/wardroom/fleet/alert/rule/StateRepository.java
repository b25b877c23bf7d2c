package io.wardroom.fleet.alert.rule;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import io.wardroom.fleet.alert.rule.Progress.Phase;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// What is being judged, and how far that has come.
@Repository
class StateRepository {
    private final JdbcClient jdbc;

    StateRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Key(UUID agent, UUID rule, UUID series) {}

    /// @param alert the one that was told
    record State(
            Key key,
            TenantId tenant,
            long conditionVersion,
            Progress progress,
            @Nullable UUID alert) {}

    /// The moment under way.
    ///
    /// @param behind behind which agent to go on; null if the moment is done
    record Clock(Instant moment, @Nullable UUID behind) {}

    /// Reads the clock and holds it until the transaction ends, so that whoever judges does so alone.
    Clock hold(Instant first) {
        jdbc.sql("insert into alert_clock (moment) values (:first) on conflict do nothing")
                .param("first", Timestamp.from(first))
                .update();
        return jdbc.sql("select moment, behind from alert_clock for update")
                .query((row, _) ->
                        new Clock(row.getTimestamp("moment").toInstant(), row.getObject("behind", UUID.class)))
                .single();
    }

    void set(Clock clock) {
        jdbc.sql("update alert_clock set moment = :moment, behind = :behind")
                .param("moment", Timestamp.from(clock.moment()))
                .param("behind", clock.behind())
                .update();
    }

    List<State> of(Collection<UUID> agents) {
        return jdbc.sql("""
                        select * from alert_state where agent_id = any (:agents)
                        order by agent_id, rule_id, series_id for update
                        """)
                .param("agents", agents.toArray(UUID[]::new))
                .query((row, _) -> new State(
                        new Key(
                                row.getObject("agent_id", UUID.class),
                                row.getObject("rule_id", UUID.class),
                                row.getObject("series_id", UUID.class)),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getLong("condition_version"),
                        new Progress(
                                Phase.valueOf(row.getString("phase")),
                                row.getTimestamp("since").toInstant(),
                                row.getTimestamp("known_at").toInstant(),
                                Columns.instant(row, "false_since")),
                        row.getObject("alert_id", UUID.class)))
                .list();
    }

    void save(List<State> states) {
        if (states.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        insert into alert_state (tenant_id, agent_id, rule_id, series_id, condition_version, phase, since,
                            known_at, false_since, alert_id)
                        select * from unnest(:tenants::uuid[], :agents::uuid[], :rules::uuid[], :series::uuid[],
                            :versions::bigint[], :phases::text[], :since::timestamptz[], :knownAt::timestamptz[],
                            :falseSince::timestamptz[], :alerts::uuid[])
                        on conflict (agent_id, rule_id, series_id) do update set
                            condition_version = excluded.condition_version, phase = excluded.phase,
                            since = excluded.since, known_at = excluded.known_at, false_since = excluded.false_since,
                            alert_id = excluded.alert_id
                        """)
                .param(
                        "tenants",
                        states.stream().map(one -> one.tenant().value()).toArray(UUID[]::new))
                .param("agents", states.stream().map(one -> one.key().agent()).toArray(UUID[]::new))
                .param("rules", states.stream().map(one -> one.key().rule()).toArray(UUID[]::new))
                .param("series", states.stream().map(one -> one.key().series()).toArray(UUID[]::new))
                .param("versions", states.stream().map(State::conditionVersion).toArray(Long[]::new))
                .param(
                        "phases",
                        states.stream()
                                .map(one -> one.progress().phase().name())
                                .toArray(String[]::new))
                // as texts with their offsets: the driver writes an array of Timestamp without one
                .param("since", texts(states, one -> one.progress().since()))
                .param("knownAt", texts(states, one -> one.progress().knownAt()))
                .param("falseSince", texts(states, one -> one.progress().falseSince()))
                .param("alerts", states.stream().map(State::alert).toArray(UUID[]::new))
                .update();
    }

    void delete(List<Key> keys) {
        if (keys.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        delete from alert_state s
                        using unnest(:agents::uuid[], :rules::uuid[], :series::uuid[]) as n (agent_id, rule_id, series_id)
                        where s.agent_id = n.agent_id and s.rule_id = n.rule_id and s.series_id = n.series_id
                        """)
                .param("agents", keys.stream().map(Key::agent).toArray(UUID[]::new))
                .param("rules", keys.stream().map(Key::rule).toArray(UUID[]::new))
                .param("series", keys.stream().map(Key::series).toArray(UUID[]::new))
                .update();
    }

    private interface Moment {
        @Nullable
        Instant of(State state);
    }

    private static @Nullable String[] texts(List<State> states, Moment moment) {
        var texts = new @Nullable String[states.size()];
        for (var i = 0; i < texts.length; i++) {
            var at = moment.of(states.get(i));
            texts[i] = at == null ? null : at.toString();
        }
        return texts;
    }
}
