package io.wardroom.fleet.alert.liveness;

import io.wardroom.fleet.Columns;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class HearingRepository {
    private final JdbcClient jdbc;
    private final JsonMapper json;

    HearingRepository(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// Where the partitions ended at a moment.
    record Target(Map<String, Long> ends, Instant at) {}

    /// @param target what has to be stored for the hub to have caught up with that moment
    record Known(Hearing hearing, @Nullable Target target) {}

    Optional<Known> find() {
        return jdbc.sql("select * from hub_hearing")
                .query((row, _) -> {
                    var at = Columns.instant(row, "target_at");
                    var ends = row.getString("target");
                    return new Known(
                            new Hearing(
                                    row.getTimestamp("caught_up").toInstant(),
                                    row.getTimestamp("heard_until").toInstant(),
                                    row.getBoolean("hears"),
                                    row.getTimestamp("hears_since").toInstant(),
                                    row.getTimestamp("back_until").toInstant()),
                            at == null || ends == null
                                    ? null
                                    : new Target(json.readValue(ends, new TypeReference<Map<String, Long>>() {}), at));
                })
                .optional();
    }

    void save(Known known) {
        var hearing = known.hearing();
        var target = known.target();
        jdbc.sql("""
                        insert into hub_hearing (caught_up, target, target_at, heard_until, hears, hears_since, back_until)
                        values (:caughtUp, :target::jsonb, :targetAt, :heardUntil, :hears, :since, :backUntil)
                        on conflict (one) do update set
                            caught_up = excluded.caught_up, target = excluded.target, target_at = excluded.target_at,
                            heard_until = excluded.heard_until, hears = excluded.hears,
                            hears_since = excluded.hears_since, back_until = excluded.back_until
                        """)
                .param("caughtUp", Timestamp.from(hearing.caughtUp()))
                .param("target", target == null ? null : json.writeValueAsString(target.ends()))
                .param("targetAt", target == null ? null : Timestamp.from(target.at()), Types.TIMESTAMP)
                .param("heardUntil", Timestamp.from(hearing.heardUntil()))
                .param("hears", hearing.hears())
                .param("since", Timestamp.from(hearing.since()))
                .param("backUntil", Timestamp.from(hearing.backUntil()))
                .update();
    }

    /// Whether any agent was heard of within `quiet` before `moment`; ends at the first that was.
    boolean anyoneHeard(Instant moment, Duration quiet) {
        return jdbc.sql("select exists (select 1 from agent_presence where last_seen_at > :after)")
                .param("after", Timestamp.from(moment.minus(quiet)))
                .query(Boolean.class)
                .single();
    }
}
