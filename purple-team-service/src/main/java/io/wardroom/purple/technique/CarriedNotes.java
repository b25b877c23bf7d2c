package io.wardroom.purple.technique;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.catalogue.CatalogueFollower;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Carries an administrator's word on a technique that was revoked to its successor, unless that has one already. The
/// revoked technique keeps its own. Behind those who move what a status is computed from.
@Component
@Order(100)
class CarriedNotes implements CatalogueFollower {
    private final JdbcClient jdbc;
    private final Techniques techniques;
    private final RecordedNotes notes;

    CarriedNotes(JdbcClient jdbc, Techniques techniques, RecordedNotes notes) {
        this.jdbc = jdbc;
        this.techniques = techniques;
        this.notes = notes;
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
        notes.recorded(
                catalogue,
                move.step(),
                tenant,
                move.from(),
                move.to(),
                () -> techniques.carryOverride(tenant, move.from(), move.to()));
    }

    /// Every recorded change of a note, whoever made it for that version.
    @Override
    public int takeBack(int catalogue) {
        return notes.takeBack(catalogue);
    }
}
