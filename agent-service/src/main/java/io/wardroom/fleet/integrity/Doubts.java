package io.wardroom.fleet.integrity;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.agent.Anomalies;
import io.wardroom.fleet.agent.Anomaly;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// The doubts about a tenant's agents, as people see them and put them to rest.
@Service
class Doubts {
    private static final String FILTER = """
            tenant_id = :tenant and (:resolved or resolved_at is null)
            and (:kind::text is null or kind = :kind::text)
            and (:severity::text is null or severity = :severity::text)
            and (:agent::uuid is null or agent_id = :agent::uuid)
            """;

    private final JdbcClient jdbc;
    private final Anomalies anomalies;
    private final Traces traces;
    private final AuditTrail audit;

    Doubts(JdbcClient jdbc, Anomalies anomalies, Traces traces, AuditTrail audit) {
        this.jdbc = jdbc;
        this.anomalies = anomalies;
        this.traces = traces;
        this.audit = audit;
    }

    /// What a list is narrowed to; null means any.
    record Filter(
            boolean includeResolved,
            @Nullable String kind,
            @Nullable String severity,
            @Nullable UUID agent) {}

    /// @param next where the next page begins; null where there is none
    record Page(List<Anomaly> items, long total, @Nullable UUID next) {}

    /// The newest first.
    ///
    /// @param before the last of the page before, instead of an offset
    @Transactional(readOnly = true)
    public Page list(TenantId tenant, Filter filter, @Nullable UUID before, int offset, int limit) {
        var values = new HashMap<String, @Nullable Object>(Map.of("tenant", tenant.value()));
        values.put("resolved", filter.includeResolved());
        values.put("kind", filter.kind());
        values.put("severity", filter.severity());
        values.put("agent", filter.agent());
        var found = jdbc.sql("""
                        select %s from integrity_anomaly
                        where %s and (:before::uuid is null or id < :before::uuid)
                        order by id desc offset :offset limit :limit
                        """.formatted(Anomalies.COLUMNS, FILTER))
                .params(values)
                .param("before", before)
                .param("offset", before == null ? offset : 0)
                .param("limit", limit + 1)
                .query(anomalies::read)
                .list();
        var total = jdbc.sql("select count(*) from integrity_anomaly where " + FILTER)
                .params(values)
                .query(Long.class)
                .single();
        var items = found.subList(0, Math.min(limit, found.size()));
        return new Page(items, total, found.size() > limit ? items.getLast().id() : null);
    }

    /// Puts a doubt to rest; one that is at rest stays as it is. Where the agent went back to an earlier version, that
    /// version is what counts from now on.
    @Transactional
    public Optional<Anomaly> resolve(Actor actor, Caller caller, UUID id) {
        var found = find(actor.tenant(), id);
        found.ifPresent(anomaly -> {
            var resolved = anomalies.resolve(actor.tenant(), List.of(id), actor.username());
            if (!resolved.isEmpty() && anomaly.kind().equals(Kind.VERSION_DOWNGRADE.spelled())) {
                traces.waiveGreaterVersions(actor.tenant(), anomaly.agentId());
            }
            audit.record(
                    Deed.by(actor, "resolve_integrity_anomaly", "integrity_anomaly", id)
                            .with("agent_id", anomaly.agentId().toString())
                            .with("kind", anomaly.kind())
                            .with("was_open", !resolved.isEmpty()),
                    caller);
        });
        return found.flatMap(_ -> find(actor.tenant(), id));
    }

    private Optional<Anomaly> find(TenantId tenant, UUID id) {
        return jdbc.sql("select %s from integrity_anomaly where tenant_id = :tenant and id = :id"
                        .formatted(Anomalies.COLUMNS))
                .param("tenant", tenant.value())
                .param("id", id)
                .query(anomalies::read)
                .optional();
    }
}
