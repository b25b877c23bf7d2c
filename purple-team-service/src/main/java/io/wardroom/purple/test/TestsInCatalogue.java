package io.wardroom.purple.test;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.PurpleTopics;
import io.wardroom.purple.catalogue.CatalogueFollower;
import io.wardroom.purple.technique.RecordedNotes;
import io.wardroom.purple.technique.Technique;
import io.wardroom.purple.technique.Techniques;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Carries the tests of a technique that was revoked to its successor, and back. What people did to a test in between
/// stays: which technique it is about is all that changes, and its version is people's.
@Component
@Order(50)
class TestsInCatalogue implements CatalogueFollower {
    private static final String CAUSE = "catalogue";
    private static final String CARRIED = "carry_test";
    private static final String TAKEN_BACK = "take_back_test";
    private static final int TOLD_AT_ONCE = 500;

    private final JdbcClient jdbc;
    private final Tests tests;
    private final Techniques techniques;
    private final RecordedNotes notes;
    private final EventOutbox outbox;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    TestsInCatalogue(
            JdbcClient jdbc,
            Tests tests,
            Techniques techniques,
            RecordedNotes notes,
            EventOutbox outbox,
            ApplicationEventPublisher events,
            Clock clock) {
        this.jdbc = jdbc;
        this.tests = tests;
        this.techniques = techniques;
        this.notes = notes;
        this.outbox = outbox;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public Map<String, Long> restingOn(TenantId tenant, Collection<UUID> ids) {
        return Map.of(
                "tests",
                jdbc.sql("""
                                select count(*) from attack_test
                                where tenant_id = :tenant and technique_id = any (:ids::uuid[])
                                """)
                        .param("tenant", tenant.value())
                        .param("ids", ids.stream().map(UUID::toString).toArray(String[]::new))
                        .query(Long.class)
                        .single());
    }

    @Override
    public void follow(int catalogue, List<Move> moves) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        // all tests first, then what is said of techniques: people's changes hold them in that order
        var carried =
                moves.stream().mapToInt(move -> carry(catalogue, move, now)).sum();
        if (carried == 0) {
            return;
        }
        addSteps(catalogue, CARRIED, now);
        for (var touched : touched(catalogue)) {
            notes.recorded(
                    catalogue,
                    touched.step(),
                    touched.tenant(),
                    touched.from(),
                    touched.technique(),
                    () -> techniques.computed(
                            touched.tenant(),
                            touched.technique(),
                            () -> tests.saying(touched.tenant(), touched.technique()),
                            CAUSE,
                            null));
        }
        tell(catalogue, CARRIED, now);
    }

    private int carry(int catalogue, Move move, Instant now) {
        return jdbc.sql("""
                        with moved as (
                            update attack_test t set technique_id = heir.id, technique_mitre_id = heir.mitre_id
                            from technique heir
                            where heir.catalogue = :catalogue and heir.id = :to and t.technique_id = :from
                            returning new.id, new.tenant_id, old.technique_mitre_id as from_mitre_id, heir.mitre_id)
                        insert into attack_test_remap (id, tenant_id, catalogue, step, test_id, from_id, from_mitre_id,
                            to_id, to_mitre_id, carried_at)
                        select uuidv7(), tenant_id, :catalogue, :step, id, :from, from_mitre_id, :to, mitre_id, :now
                        from moved
                        """)
                .param("catalogue", catalogue)
                .param("from", move.from())
                .param("to", move.to())
                .param("step", move.step())
                .param("now", Timestamp.from(now))
                .update();
    }

    /// A line in each test's timeline; it tells no version of its own.
    private void addSteps(int catalogue, String change, Instant now) {
        jdbc.sql("""
                        insert into attack_test_step (id, tenant_id, test_id, change, from_state, to_state, fields, by_id,
                            by_name, at, version)
                        select uuidv7(), t.tenant_id, t.id, :change, t.state, t.state,
                            array['technique_id', 'technique_mitre_id'], :nobody, 'system', :now, t.version
                        from attack_test_remap r join attack_test t on t.id = r.test_id
                        where r.catalogue = :catalogue and r.taken_back_at is null
                        """)
                .param("change", change)
                .param("nobody", new UUID(0, 0))
                .param("now", Timestamp.from(now))
                .param("catalogue", catalogue)
                .update();
    }

    private record Touched(TenantId tenant, UUID technique, UUID from, int step) {}

    /// The techniques that tests left or came to.
    private List<Touched> touched(int catalogue) {
        return jdbc.sql("""
                        select tenant_id, technique, (array_agg(from_id order by step))[1] as from_id, min(step) as step
                        from (
                            select tenant_id, from_id as technique, from_id, step from attack_test_remap
                            where catalogue = :catalogue and taken_back_at is null
                            union all
                            select tenant_id, to_id, from_id, step from attack_test_remap
                            where catalogue = :catalogue and taken_back_at is null) e
                        group by tenant_id, technique order by tenant_id, technique
                        """)
                .param("catalogue", catalogue)
                .query((row, _) -> new Touched(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("technique", UUID.class),
                        row.getObject("from_id", UUID.class),
                        row.getInt("step")))
                .list();
    }

    @Override
    public int takeBack(int catalogue) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var back = jdbc.sql("""
                        update attack_test t set technique_id = r.from_id, technique_mitre_id = r.from_mitre_id
                        from attack_test_remap r
                        where r.catalogue = :catalogue and r.taken_back_at is null and t.id = r.test_id
                            and t.technique_id = r.to_id
                        """).param("catalogue", catalogue).update();
        if (back == 0) {
            return 0;
        }
        addSteps(catalogue, TAKEN_BACK, now);
        tell(catalogue, TAKEN_BACK, now);
        var touched = touched(catalogue);
        jdbc.sql("""
                        update attack_test_remap set taken_back_at = :now
                        where catalogue = :catalogue and taken_back_at is null
                        """)
                .param("now", Timestamp.from(now))
                .param("catalogue", catalogue)
                .update();
        touched.forEach(this::recomputed);
        return back;
    }

    /// The notes were taken back before; what people changed since may still say something else than the tests.
    private void recomputed(Touched touched) {
        var said = tests.saying(touched.tenant(), touched.technique());
        var there = techniques
                .find(touched.tenant(), touched.technique())
                .map(Technique::computed)
                .orElse(said);
        if (there != said) {
            techniques.computed(
                    touched.tenant(),
                    touched.technique(),
                    () -> tests.saying(touched.tenant(), touched.technique()),
                    CAUSE,
                    null);
        }
    }

    private record Told(UUID remap, TestChanged change) {}

    private void tell(int catalogue, String change, Instant now) {
        @Nullable UUID after = null;
        List<Told> part;
        do {
            part = jdbc.sql("""
                            select r.id as remap, t.* from attack_test_remap r join attack_test t on t.id = r.test_id
                            where r.catalogue = :catalogue and r.taken_back_at is null
                                and (:after::uuid is null or r.id > :after::uuid)
                            order by r.id limit :limit
                            """)
                    .param("catalogue", catalogue)
                    .param("after", after)
                    .param("limit", TOLD_AT_ONCE)
                    .query((row, number) -> new Told(
                            row.getObject("remap", UUID.class),
                            changed(
                                    new TenantId(row.getObject("tenant_id", UUID.class)),
                                    TestRepository.toTest(row, number),
                                    change,
                                    now)))
                    .list();
            for (var told : part) {
                var happened = told.change();
                events.publishEvent(happened);
                outbox.append(
                        PurpleTopics.TESTS,
                        happened.type(),
                        happened.testId().toString(),
                        happened.tenant(),
                        happened.event());
                after = told.remap();
            }
        } while (part.size() == TOLD_AT_ONCE);
    }

    private static TestChanged changed(TenantId tenant, AttackTest test, String change, Instant now) {
        return new TestChanged(
                tenant,
                test.id(),
                test.subject().techniqueId(),
                test.subject().mitreId(),
                test.plan().name(),
                change,
                test.state(),
                test.state(),
                test.createdBy().id(),
                "system",
                test.blue().detection(),
                test.remediation().status(),
                test.lineage().retestOf(),
                test.version(),
                now);
    }
}
