package io.wardroom.fleet.integrity;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.integrity.Trace.Moments;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/// The statements that keep traces: few a poll, however many batches it brought.
@Repository
class Traces {
    /// What a row must be read with for [#read].
    static final String COLUMNS = """
            i.instance_id, (extract(epoch from i.first_received_at) * 1000)::bigint as first_received,
            (extract(epoch from i.last_received_at) * 1000)::bigint as last_received, i.last_sent_ms, i.agent_version,
            coalesce(upper(range_merge(i.seqs)), 1) as next_seq, i.captured, i.drifts, i.cpu_slots, i.cpu_counts,
            i.cpu_sums, i.cpu_squares""";

    /// Starts of one agent that are remembered; a machine that starts more often has worse troubles.
    private static final int MOST_STARTS = 10;

    private static final int MOST_VERSIONS = 200;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    Traces(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// What is known of an agent, by its starts.
    record OfAgent(TenantId tenant, Map<String, Trace> starts) {}

    record SeenVersion(TenantId tenant, UUID agent, String version) {}

    /// Reads what is known of those agents that exist, and holds it until the transaction ends.
    Map<UUID, OfAgent> lock(List<UUID> agents) {
        var found = new HashMap<UUID, OfAgent>();
        jdbc.sql("select id, tenant_id from agent where id = any (:agents)")
                .param("agents", agents.toArray(UUID[]::new))
                .query(row -> {
                    var tenant = new TenantId(row.getObject("tenant_id", UUID.class));
                    found.put(row.getObject("id", UUID.class), new OfAgent(tenant, new HashMap<>()));
                });
        jdbc.sql("""
                        select i.agent_id, %s from agent_instance i where i.agent_id = any (:agents)
                        order by i.agent_id, i.instance_id for update
                        """.formatted(COLUMNS))
                .param("agents", agents.toArray(UUID[]::new))
                .query(row -> {
                    var known = found.get(row.getObject("agent_id", UUID.class));
                    if (known != null) {
                        var trace = read(row);
                        known.starts().put(trace.instance(), trace);
                    }
                });
        return found;
    }

    /// A row as the statement reads it from JSON.
    private record Row(
            UUID tenant,
            UUID agent,
            String instance,
            double firstReceived,
            double lastReceived,
            long lastSent,
            @Nullable String version,
            String seqs,
            List<Long> captured,
            List<Long> drifts,
            List<Long> slots,
            List<Integer> counts,
            List<Double> sums,
            List<Double> squares) {}

    void store(Collection<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        // in one order for every writer: two that meet wait for each other, never in a circle
        var rows = changes.stream()
                .sorted(Comparator.comparing((Change change) -> change.start().agent())
                        .thenComparing(change -> change.start().instance()))
                .map(Traces::row)
                .toList();
        jdbc.sql("""
                        insert into agent_instance as i
                            (tenant_id, agent_id, instance_id, first_received_at, last_received_at, last_sent_ms,
                             agent_version, seqs, captured, drifts, cpu_slots, cpu_counts, cpu_sums, cpu_squares)
                        select tenant, agent, instance, to_timestamp(first_received), to_timestamp(last_received),
                            last_sent, version, seqs, captured, drifts, slots, counts, sums, squares
                        from jsonb_to_recordset(:rows::jsonb) as r (
                            tenant uuid, agent uuid, instance text, first_received double precision,
                            last_received double precision, last_sent bigint, version text, seqs int8multirange,
                            captured bigint[], drifts bigint[], slots bigint[], counts integer[],
                            sums double precision[], squares double precision[])
                        on conflict (agent_id, instance_id) do update set
                            last_received_at = excluded.last_received_at, last_sent_ms = excluded.last_sent_ms,
                            agent_version = excluded.agent_version, seqs = i.seqs + excluded.seqs,
                            captured = excluded.captured, drifts = excluded.drifts, cpu_slots = excluded.cpu_slots,
                            cpu_counts = excluded.cpu_counts, cpu_sums = excluded.cpu_sums,
                            cpu_squares = excluded.cpu_squares
                        """).param("rows", json.writeValueAsString(rows)).update();
        forgetOldStarts(changes);
    }

    private void forgetOldStarts(Collection<Change> changes) {
        var begun = changes.stream()
                .filter(Change::isNew)
                .map(change -> change.start().agent())
                .distinct()
                .toArray(UUID[]::new);
        if (begun.length > 0) {
            jdbc.sql("""
                            delete from agent_instance i
                            using (
                                select agent_id, instance_id,
                                    row_number() over (partition by agent_id order by last_received_at desc) as place
                                from agent_instance where agent_id = any (:agents)
                            ) old
                            where i.agent_id = old.agent_id and i.instance_id = old.instance_id and old.place > :most
                            """).param("agents", begun).param("most", MOST_STARTS).update();
        }
    }

    /// Notes the versions that agents were seen with; one that was let be counts again.
    ///
    /// @return those that were never seen before
    List<SeenVersion> addVersions(Collection<Change> changes) {
        var tenants = new ArrayList<UUID>();
        var agents = new ArrayList<UUID>();
        var versions = new ArrayList<String>();
        changes.stream()
                .sorted(Comparator.comparing(change -> change.start().agent()))
                .forEach(change -> change.versions().stream().sorted().forEach(version -> {
                    tenants.add(change.start().tenant().value());
                    agents.add(change.start().agent());
                    versions.add(version);
                }));
        if (versions.isEmpty()) {
            return List.of();
        }
        return jdbc.sql("""
                        with seen as (
                            select distinct tenant_id, agent_id, version
                            from unnest(:tenants::uuid[], :agents::uuid[], :versions::text[])
                                as n (tenant_id, agent_id, version)
                        ), again as (
                            update agent_version v set waived_at = null from seen s
                            where v.agent_id = s.agent_id and v.version = s.version and v.waived_at is not null
                        )
                        insert into agent_version (tenant_id, agent_id, version, first_seen_at)
                        select s.tenant_id, s.agent_id, s.version, now() from seen s
                        where (select count(*) from agent_version v where v.agent_id = s.agent_id) < :most
                        on conflict do nothing
                        returning tenant_id, agent_id, version
                        """)
                .param("tenants", tenants.toArray(UUID[]::new))
                .param("agents", agents.toArray(UUID[]::new))
                .param("versions", versions.toArray(String[]::new))
                .param("most", MOST_VERSIONS)
                .query((row, _) -> new SeenVersion(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("agent_id", UUID.class),
                        row.getString("version")))
                .list();
    }

    /// Lets an agent's present version be: what is greater does not count until it is seen again.
    void waiveGreaterVersions(TenantId tenant, UUID agent) {
        jdbc.sql("""
                        update agent_version v set waived_at = now()
                        where v.tenant_id = :tenant and v.agent_id = :agent and v.waived_at is null
                          and v.version is distinct from (
                              select i.agent_version from agent_instance i
                              where i.agent_id = :agent and i.tenant_id = :tenant
                              order by i.last_received_at desc limit 1)
                        """).param("tenant", tenant.value()).param("agent", agent).update();
    }

    private static Row row(Change change) {
        var trace = change.trace();
        var slots = trace.cpu().values();
        return new Row(
                change.start().tenant().value(),
                change.start().agent(),
                change.start().instance(),
                trace.firstReceivedAt() / 1_000.0,
                trace.lastReceivedAt() / 1_000.0,
                trace.lastSentAt(),
                trace.version(),
                ranges(change.seqs()),
                trace.captured(),
                trace.drifts(),
                List.copyOf(trace.cpu().keySet()),
                slots.stream().map(Moments::count).toList(),
                slots.stream().map(Moments::sum).toList(),
                slots.stream().map(Moments::squares).toList());
    }

    /// Numbers that follow upon each other as one range: the database takes long over many.
    static String ranges(List<Long> seqs) {
        var ranges = new ArrayList<String>();
        var sorted = seqs.stream().sorted().distinct().toList();
        for (var i = 0; i < sorted.size(); ) {
            var first = i++;
            while (i < sorted.size() && sorted.get(i) == sorted.get(i - 1) + 1) {
                i++;
            }
            ranges.add("[%d,%d]".formatted(sorted.get(first), sorted.get(i - 1)));
        }
        return "{" + String.join(",", ranges) + "}";
    }

    static Trace read(ResultSet row) throws SQLException {
        var slots = longs(row.getArray("cpu_slots"));
        var counts = (Integer[]) row.getArray("cpu_counts").getArray();
        var sums = (Double[]) row.getArray("cpu_sums").getArray();
        var squares = (Double[]) row.getArray("cpu_squares").getArray();
        var cpu = new TreeMap<Long, Moments>();
        for (var i = 0; i < slots.size(); i++) {
            cpu.put(slots.get(i), new Moments(counts[i], sums[i], squares[i]));
        }
        return new Trace(
                row.getString("instance_id"),
                row.getLong("first_received"),
                row.getLong("last_received"),
                row.getLong("last_sent_ms"),
                row.getString("agent_version"),
                row.getLong("next_seq"),
                longs(row.getArray("captured")),
                longs(row.getArray("drifts")),
                cpu);
    }

    private static List<Long> longs(Array array) throws SQLException {
        return Arrays.asList((Long[]) array.getArray());
    }
}
