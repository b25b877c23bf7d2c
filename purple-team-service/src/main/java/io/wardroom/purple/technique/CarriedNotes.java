package io.wardroom.purple.technique;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.catalogue.CatalogueFollower;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Carries an administrator's word on a technique that was revoked to its successor, unless that has one already. The
/// revoked technique's note stays as it is.
@Component
@Order(100)
class CarriedNotes implements CatalogueFollower {
    private final JdbcClient jdbc;
    private final Techniques techniques;
    private final Clock clock;

    CarriedNotes(JdbcClient jdbc, Techniques techniques, Clock clock) {
        this.jdbc = jdbc;
        this.techniques = techniques;
        this.clock = clock;
    }

    @Override
    public Map<String, Long> restingOn(TenantId tenant, Collection<UUID> ids) {
        return jdbc.sql("""
                        select count(*) filter (where status <> 'not_evaluated' or override_value is not null) as statuses,
                            count(*) filter (where override_value is not null) as overrides
                        from technique_note where tenant_id = :tenant and technique_id = any (:ids::uuid[])
                        """)
                .param("tenant", tenant.value())
                .param("ids", ids.stream().map(UUID::toString).toArray(String[]::new))
                .query((row, _) -> Map.of("statuses", row.getLong(1), "overrides", row.getLong(2)))
                .single();
    }

    @Override
    public void follow(int catalogue, List<Move> moves) {
        for (var move : moves) {
            var tenants = jdbc.sql("""
                            select f.tenant_id from technique_note f
                            where f.technique_id = :from and f.override_value is not null and not exists (
                                select from technique_note t where t.tenant_id = f.tenant_id
                                    and t.technique_id = :to and t.override_value is not null)
                            """)
                    .param("from", move.from())
                    .param("to", move.to())
                    .query(UUID.class)
                    .list();
            tenants.forEach(tenant -> carry(catalogue, new TenantId(tenant), move));
        }
    }

    private void carry(int catalogue, TenantId tenant, Move move) {
        var before = note(tenant, move.to());
        techniques.carryOverride(tenant, move.from(), move.to());
        jdbc.sql("""
                        insert into technique_remap
                            (id, tenant_id, catalogue, step, from_id, to_id, note_before, note_after, carried_at)
                        values (:id, :tenant, :catalogue, :step, :from, :to, :before::jsonb, :after::jsonb, :at)
                        """)
                .param("id", UuidV7.next())
                .param("tenant", tenant.value())
                .param("catalogue", catalogue)
                .param("step", move.step())
                .param("from", move.from())
                .param("to", move.to())
                .param("before", before.orElse(null))
                .param("after", note(tenant, move.to()).orElseThrow())
                .param("at", Timestamp.from(clock.instant()))
                .update();
    }

    private Optional<String> note(TenantId tenant, UUID technique) {
        return jdbc.sql("""
                        select to_jsonb(n)::text from technique_note n
                        where n.tenant_id = :tenant and n.technique_id = :technique
                        """)
                .param("tenant", tenant.value())
                .param("technique", technique)
                .query(String.class)
                .optional();
    }

    private record Carried(UUID id, TenantId tenant, UUID to) {}

    @Override
    public int takeBack(int catalogue) {
        var carried = jdbc.sql("""
                        select r.id, r.tenant_id, r.to_id from technique_remap r
                        join technique_note n on n.tenant_id = r.tenant_id and n.technique_id = r.to_id
                        where r.catalogue = :catalogue and r.taken_back_at is null and to_jsonb(n) = r.note_after
                        order by r.step desc
                        """)
                .param("catalogue", catalogue)
                .query((row, _) -> new Carried(
                        row.getObject("id", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("to_id", UUID.class)))
                .list();
        carried.forEach(this::takeBack);
        return carried.size();
    }

    private void takeBack(Carried carried) {
        techniques.restoring(carried.tenant(), carried.to(), () -> {
            jdbc.sql("delete from technique_note where tenant_id = :tenant and technique_id = :technique")
                    .param("tenant", carried.tenant().value())
                    .param("technique", carried.to())
                    .update();
            jdbc.sql("""
                            insert into technique_note
                            select b.* from technique_remap r, jsonb_populate_record(null::technique_note, r.note_before) b
                            where r.id = :id and r.note_before is not null
                            """).param("id", carried.id()).update();
        });
        jdbc.sql("update technique_remap set taken_back_at = :at where id = :id")
                .param("at", Timestamp.from(clock.instant()))
                .param("id", carried.id())
                .update();
    }
}
