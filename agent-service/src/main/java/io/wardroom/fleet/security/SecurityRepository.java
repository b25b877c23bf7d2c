package io.wardroom.fleet.security;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.security.Signal.HoneypotTripped;
import io.wardroom.fleet.security.Signal.ProcessSeen;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class SecurityRepository {
    private static final String PATH_HASH = "sha256(convert_to(:path, 'UTF8'))";
    /// Programs of one host that are remembered.
    private static final int MOST_BASELINES = 5_000;
    /// Findings of one host; what is beyond says no more.
    private static final int MOST_FINDINGS = 1_000;

    private final JdbcClient jdbc;

    SecurityRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Honeypot(
            UUID id,
            UUID agentId,
            String hostname,
            String path,
            String action,
            @Nullable String processName,
            @Nullable Long processPid,
            Instant observedAt) {}

    record ProcessDna(
            UUID id,
            UUID agentId,
            String hostname,
            String exePath,
            String baselineSha256,
            String exeSha256,
            String name,
            long pid,
            Instant firstSeenAt,
            Instant lastSeenAt) {}

    record SilentAgent(UUID agentId, String hostname, Instant lastSeenAt, Instant silentSince) {}

    void insert(UUID id, TenantId tenant, UUID agent, HoneypotTripped tripped, Instant receivedAt) {
        jdbc.sql("""
                        insert into honeypot_event
                            (id, tenant_id, agent_id, path, action, process_name, process_pid, observed_at, received_at)
                        values (:id, :tenant, :agent, :path, :action, :name, :pid, :observed, :received)
                        """)
                .param("id", id)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("path", tripped.path())
                .param("action", tripped.action())
                .param("name", tripped.processName())
                .param("pid", tripped.processPid())
                .param("observed", Timestamp.from(tripped.observedAt()))
                .param("received", Timestamp.from(receivedAt))
                .update();
    }

    /// What the program was when it was first seen; what is seen now becomes that where nothing was.
    Optional<String> baseline(TenantId tenant, UUID agent, ProcessSeen seen) {
        jdbc.sql("""
                        insert into process_baseline
                            (tenant_id, agent_id, path_sha256, exe_path, exe_sha256, first_seen_at)
                        select :tenant, :agent, %s, :path, lower(:sha), :at
                        where (select count(*) from process_baseline where agent_id = :agent) < :most
                        on conflict do nothing
                        """.formatted(PATH_HASH))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("path", seen.exePath())
                .param("sha", seen.exeSha256())
                .param("at", Timestamp.from(seen.observedAt()))
                .param("most", MOST_BASELINES)
                .update();
        return jdbc.sql("""
                        select exe_sha256 from process_baseline
                        where tenant_id = :tenant and agent_id = :agent and path_sha256 = %s
                        """.formatted(PATH_HASH))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("path", seen.exePath())
                .query(String.class)
                .optional();
    }

    void replaceBaseline(TenantId tenant, UUID agent, ProcessSeen seen) {
        jdbc.sql("""
                        update process_baseline set exe_sha256 = lower(:sha), changed_at = :at
                        where tenant_id = :tenant and agent_id = :agent and path_sha256 = %s
                        """.formatted(PATH_HASH))
                .param("sha", seen.exeSha256())
                .param("at", Timestamp.from(seen.observedAt()))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("path", seen.exePath())
                .update();
    }

    /// The same program seen again is the same finding.
    void insertFinding(UUID id, TenantId tenant, UUID agent, ProcessSeen seen, String baseline) {
        jdbc.sql("""
                        insert into process_finding as f
                            (id, tenant_id, agent_id, path_sha256, exe_path, baseline_sha256, exe_sha256, name, pid,
                             first_seen_at, last_seen_at)
                        select :id, :tenant, :agent, %s, :path, :baseline, lower(:sha), :name, :pid, :at, :at
                        where (select count(*) from process_finding where agent_id = :agent) < :most
                        on conflict (agent_id, path_sha256, exe_sha256) do update set
                            last_seen_at = greatest(f.last_seen_at, excluded.last_seen_at), pid = excluded.pid
                        """.formatted(PATH_HASH))
                .param("id", id)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("path", seen.exePath())
                .param("baseline", baseline)
                .param("sha", seen.exeSha256())
                .param("name", seen.name())
                .param("pid", seen.pid())
                .param("at", Timestamp.from(seen.observedAt()))
                .param("most", MOST_FINDINGS)
                .update();
    }

    List<Honeypot> honeypots(TenantId tenant, int most) {
        return jdbc.sql("""
                        select h.id, h.agent_id, a.hostname, h.path, h.action, h.process_name, h.process_pid,
                            h.observed_at
                        from honeypot_event h join agent a on a.id = h.agent_id and a.tenant_id = h.tenant_id
                        where h.tenant_id = :tenant order by h.id desc limit :most
                        """)
                .param("tenant", tenant.value())
                .param("most", most)
                .query((row, _) -> new Honeypot(
                        row.getObject("id", UUID.class),
                        row.getObject("agent_id", UUID.class),
                        row.getString("hostname"),
                        row.getString("path"),
                        row.getString("action"),
                        row.getString("process_name"),
                        row.getObject("process_pid", Long.class),
                        row.getTimestamp("observed_at").toInstant()))
                .list();
    }

    List<ProcessDna> findings(TenantId tenant, int most) {
        return jdbc.sql("""
                        select f.id, f.agent_id, a.hostname, f.exe_path, f.baseline_sha256, f.exe_sha256, f.name, f.pid,
                            f.first_seen_at, f.last_seen_at
                        from process_finding f join agent a on a.id = f.agent_id and a.tenant_id = f.tenant_id
                        where f.tenant_id = :tenant order by f.last_seen_at desc, f.id desc limit :most
                        """)
                .param("tenant", tenant.value())
                .param("most", most)
                .query((row, _) -> new ProcessDna(
                        row.getObject("id", UUID.class),
                        row.getObject("agent_id", UUID.class),
                        row.getString("hostname"),
                        row.getString("exe_path"),
                        row.getString("baseline_sha256"),
                        row.getString("exe_sha256"),
                        row.getString("name"),
                        row.getLong("pid"),
                        row.getTimestamp("first_seen_at").toInstant(),
                        row.getTimestamp("last_seen_at").toInstant()))
                .list();
    }

    /// Those that were heard of and are not any more, the longest silent first.
    List<SilentAgent> silent(TenantId tenant, Instant heardBefore, int most) {
        return jdbc.sql("""
                        select a.id, a.hostname, p.last_seen_at
                        from agent_presence p join agent a on a.id = p.agent_id and a.tenant_id = p.tenant_id
                        where p.tenant_id = :tenant and p.last_seen_at < :before
                        order by p.last_seen_at, a.id limit :most
                        """)
                .param("tenant", tenant.value())
                .param("before", Timestamp.from(heardBefore))
                .param("most", most)
                .query((row, _) -> {
                    var last = row.getTimestamp("last_seen_at").toInstant();
                    return new SilentAgent(row.getObject("id", UUID.class), row.getString("hostname"), last, last);
                })
                .list();
    }

    void deleteBefore(Instant moment) {
        for (var statement : List.of(
                "delete from honeypot_event where received_at < :before",
                "delete from process_finding where last_seen_at < :before")) {
            jdbc.sql(statement).param("before", Timestamp.from(moment)).update();
        }
    }
}
