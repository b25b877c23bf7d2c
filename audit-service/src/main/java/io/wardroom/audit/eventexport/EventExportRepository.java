package io.wardroom.audit.eventexport;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class EventExportRepository {
    /// Far above what the setting allows.
    private static final int MOST_READ = 10_000;

    private final JdbcClient jdbc;

    EventExportRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<EventExport> find(TenantId tenant) {
        return jdbc.sql("select since from event_export where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query((row, _) -> new EventExport(moment(row.getObject("since", OffsetDateTime.class))))
                .optional();
    }

    /// Lets nobody else switch until the transaction ends: the number of tenants is bounded.
    void lock() {
        jdbc.sql("select pg_advisory_xact_lock(hashtext('event_export'))")
                .query((_, _) -> true)
                .single();
    }

    int countOthers(TenantId tenant) {
        return jdbc.sql("select count(*) from event_export where since is not null and tenant_id <> :tenant")
                .param("tenant", tenant.value())
                .query(Integer.class)
                .single();
    }

    void store(TenantId tenant, EventExport export, UUID actor, Instant now) {
        var since = export.since();
        jdbc.sql("""
                        insert into event_export (tenant_id, since, updated_at, updated_by)
                        values (:tenant, :since, :now, :actor)
                        on conflict (tenant_id) do update set since = excluded.since,
                            updated_at = excluded.updated_at, updated_by = excluded.updated_by
                        """)
                .param("tenant", tenant.value())
                .param("since", since == null ? null : since.atOffset(ZoneOffset.UTC))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("actor", actor)
                .update();
    }

    /// The tenants that have it switched on, each with since when.
    Map<TenantId, Instant> enabled() {
        var found = new HashMap<TenantId, Instant>();
        jdbc.sql("select tenant_id, since from event_export where since is not null limit :most")
                .param("most", MOST_READ)
                .query(row -> {
                    found.put(
                            new TenantId(row.getObject("tenant_id", UUID.class)),
                            row.getObject("since", OffsetDateTime.class).toInstant());
                });
        return found;
    }

    private static @Nullable Instant moment(@Nullable OffsetDateTime stored) {
        return stored == null ? null : stored.toInstant();
    }
}
