package io.wardroom.purple.technique;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// What a change of the catalogue does to the notes on techniques, on record: each note before and after, so that it is
/// taken back exactly.
@Component
public class RecordedNotes {
    private final JdbcClient jdbc;
    private final Techniques techniques;
    private final Clock clock;

    RecordedNotes(JdbcClient jdbc, Techniques techniques, Clock clock) {
        this.jdbc = jdbc;
        this.techniques = techniques;
        this.clock = clock;
    }

    /// Does `work` on a tenant's note on a technique.
    ///
    /// @param from the technique that was revoked, which is why it is done
    @Transactional(propagation = Propagation.MANDATORY)
    public void recorded(int catalogue, int step, TenantId tenant, UUID from, UUID technique, Runnable work) {
        var before = note(tenant, technique);
        work.run();
        var after = note(tenant, technique);
        if (after.isEmpty() || after.equals(before)) {
            return;
        }
        jdbc.sql("""
                        insert into technique_remap
                            (id, tenant_id, catalogue, step, from_id, to_id, note_before, note_after, carried_at)
                        values (:id, :tenant, :catalogue, :step, :from, :to, :before::jsonb, :after::jsonb, :at)
                        """)
                .param("id", UuidV7.next())
                .param("tenant", tenant.value())
                .param("catalogue", catalogue)
                .param("step", step)
                .param("from", from)
                .param("to", technique)
                .param("before", before.orElse(null))
                .param("after", after.get())
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

    private record Recorded(UUID id, TenantId tenant, UUID technique) {}

    /// Takes back what was done for that version, the last first, where nobody changed the note since.
    ///
    /// @return how many notes are as they were
    int takeBack(int catalogue) {
        var recorded = jdbc.sql("""
                        select id, tenant_id, to_id from technique_remap
                        where catalogue = :catalogue and taken_back_at is null order by id desc
                        """)
                .param("catalogue", catalogue)
                .query((row, _) -> new Recorded(
                        row.getObject("id", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("to_id", UUID.class)))
                .list();
        return (int) recorded.stream().filter(this::isTakenBack).count();
    }

    private boolean isTakenBack(Recorded recorded) {
        var untouched =
                jdbc.sql("""
                        select exists (select from technique_remap r
                            join technique_note n on n.tenant_id = r.tenant_id and n.technique_id = r.to_id
                            where r.id = :id and to_jsonb(n) = r.note_after)
                        """).param("id", recorded.id()).query(Boolean.class).single();
        if (!untouched) {
            return false;
        }
        techniques.restoring(recorded.tenant(), recorded.technique(), () -> restore(recorded));
        jdbc.sql("update technique_remap set taken_back_at = :at where id = :id")
                .param("at", Timestamp.from(clock.instant()))
                .param("id", recorded.id())
                .update();
        return true;
    }

    private void restore(Recorded recorded) {
        jdbc.sql("delete from technique_note where tenant_id = :tenant and technique_id = :technique")
                .param("tenant", recorded.tenant().value())
                .param("technique", recorded.technique())
                .update();
        jdbc.sql("""
                        insert into technique_note
                        select b.* from technique_remap r, jsonb_populate_record(null::technique_note, r.note_before) b
                        where r.id = :id and r.note_before is not null
                        """).param("id", recorded.id()).update();
    }
}
