package io.wardroom.fleet.integrity;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.Columns;
import io.wardroom.fleet.agent.Anomalies;
import io.wardroom.fleet.integrity.Verdict.Fails;
import io.wardroom.fleet.integrity.Verdict.Passes;
import io.wardroom.fleet.integrity.Verdict.Unknown;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Looks at every agent every ten minutes: opens the doubts whose check fails, puts those to rest whose check passes.
/// How far it is stands in the database, so that another replica goes on where one was stopped.
@Service
class Sweep {
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /// While nobody at all is heard of, it is the hub that is deaf.
    private static final Duration DEAF = Duration.ofMinutes(2);

    private final JdbcClient jdbc;
    private final Anomalies anomalies;
    private final IntegrityProperties properties;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Sweep(
            JdbcClient jdbc,
            Anomalies anomalies,
            IntegrityProperties properties,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = jdbc;
        this.anomalies = anomalies;
        this.properties = properties;
        this.transaction = transaction;
        this.clock = clock;
    }

    /// What is known of an agent.
    ///
    /// @param trace    of its newest start; null where none was heard of
    /// @param versions all it was seen with that count
    private record Facts(
            TenantId tenant, UUID agent, @Nullable Trace trace, List<String> versions) {}

    private record OpenDoubt(UUID id, String kind, Instant lastSeenAt) {}

    private record Progress(Instant begunAt, UUID reached, boolean finished) {}

    @Scheduled(fixedDelayString = "${wardroom.agent.integrity.try-every:20s}")
    @SchedulerLock(name = "integrity-sweep", lockAtMostFor = "55s")
    void goOn() {
        TenantScope.everyTenant(
                () -> sweep(System.nanoTime() + properties.budget().toNanos()));
    }

    private void sweep(long deadline) {
        var now = clock.instant();
        var progress = required(transaction.execute(_ -> progress()));
        if (progress.finished()) {
            if (progress.begunAt().plus(properties.every()).isAfter(now)) {
                return;
            }
            progress = new Progress(now, BEFORE_ALL, false);
        }
        var reached = progress.reached();
        while (System.nanoTime() < deadline) {
            var after = reached;
            var begun = progress.begunAt();
            var last = required(transaction.execute(_ -> {
                var end = page(after, now);
                note(begun, end.orElse(after), end.isEmpty());
                return end;
            }));
            if (last.isEmpty()) {
                return;
            }
            reached = last.get();
        }
    }

    /// The whole fleet at once, whenever that was done before.
    void everybody() {
        TenantScope.everyTenant(() -> {
            transaction.executeWithoutResult(_ -> note(Instant.EPOCH, BEFORE_ALL, true));
            sweep(Long.MAX_VALUE);
        });
    }

    /// @return the last agent of the page; empty where there was none left
    private Optional<UUID> page(UUID after, Instant now) {
        var facts = facts(after);
        if (facts.isEmpty()) {
            return Optional.empty();
        }
        var ids = facts.stream().map(Facts::agent).toArray(UUID[]::new);
        var open = open(ids);
        var deaf = isDeaf(now);
        for (var ofAgent : facts) {
            judge(ofAgent, open.getOrDefault(ofAgent.agent(), List.of()), deaf, now);
        }
        return Optional.of(facts.getLast().agent());
    }

    private void judge(Facts facts, List<OpenDoubt> open, boolean deaf, Instant now) {
        var resolved = new ArrayList<UUID>();
        for (var kind : Kind.values()) {
            var ofKind = open.stream()
                    .filter(doubt -> doubt.kind().equals(kind.spelled()))
                    .toList();
            switch (verdict(kind, facts, now)) {
                case Fails(var severity, var summary, var detail) ->
                    anomalies.open(facts.tenant(), facts.agent(), kind.spelled(), severity, summary, detail);
                case Passes() -> ofKind.forEach(doubt -> resolved.add(doubt.id()));
                case Unknown() -> {
                    // told by others as it happens: at rest when a whole cycle brought nothing new
                    if (isToldByOthers(kind) && !deaf) {
                        ofKind.stream()
                                .filter(doubt -> doubt.lastSeenAt()
                                        .plus(properties.every())
                                        .isBefore(now))
                                .forEach(doubt -> resolved.add(doubt.id()));
                    }
                }
            }
        }
        if (!resolved.isEmpty()) {
            anomalies.resolve(facts.tenant(), resolved, "system");
        }
    }

    private static boolean isToldByOthers(Kind kind) {
        return kind == Kind.UNSIGNED_PAYLOAD || kind == Kind.SIGNATURE_INVALID || kind == Kind.CLONE_SUSPECTED;
    }

    private Verdict verdict(Kind kind, Facts facts, Instant now) {
        var trace = facts.trace();
        // what an agent that is silent said long ago says nothing of today
        if (trace == null
                || trace.lastReceivedAt()
                        < now.minus(properties.every().multipliedBy(2)).toEpochMilli()) {
            return new Unknown();
        }
        return switch (kind) {
            case CLOCK_DRIFT -> Checks.clockDrift(trace);
            case CADENCE_ANOMALY -> Checks.cadence(trace, properties.collectInterval());
            case FLAT_METRICS -> Checks.flatMetrics(trace);
            case VERSION_DOWNGRADE -> Checks.versionDowngrade(trace, facts.versions());
            case UNSIGNED_PAYLOAD, SIGNATURE_INVALID, CLONE_SUSPECTED -> new Unknown();
        };
    }

    private List<Facts> facts(UUID after) {
        return jdbc.sql("""
                        select a.id, a.tenant_id, i.*,
                            (select array_agg(v.version) from agent_version v
                             where v.agent_id = a.id and v.waived_at is null) as versions
                        from (select id, tenant_id from agent where id > :after order by id limit :page) a
                        left join lateral (
                            select %s from agent_instance i where i.agent_id = a.id
                            order by i.last_received_at desc limit 1
                        ) i on true
                        order by a.id
                        """.formatted(Traces.COLUMNS))
                .param("after", after)
                .param("page", properties.page())
                .query((row, _) -> new Facts(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("id", UUID.class),
                        row.getString("instance_id") == null ? null : Traces.read(row),
                        row.getArray("versions") == null ? List.of() : Columns.texts(row, "versions")))
                .list();
    }

    private Map<UUID, List<OpenDoubt>> open(UUID[] agents) {
        var open = new HashMap<UUID, List<OpenDoubt>>();
        jdbc.sql("""
                        select id, agent_id, kind, coalesce(last_seen_at, detected_at) as last_seen_at
                        from integrity_anomaly where agent_id = any (:agents) and resolved_at is null
                        """).param("agents", agents).query(row -> {
            open.computeIfAbsent(row.getObject("agent_id", UUID.class), _ -> new ArrayList<>())
                    .add(new OpenDoubt(
                            row.getObject("id", UUID.class),
                            row.getString("kind"),
                            row.getTimestamp("last_seen_at").toInstant()));
        });
        return open;
    }

    private boolean isDeaf(Instant now) {
        return jdbc.sql("select not exists (select from agent_presence where last_seen_at > :recently)")
                .param("recently", Timestamp.from(now.minus(DEAF)))
                .query(Boolean.class)
                .single();
    }

    private Progress progress() {
        return jdbc.sql("select begun_at, reached, finished_at from integrity_sweep for update")
                .query((row, _) -> new Progress(
                        row.getTimestamp("begun_at").toInstant(),
                        Optional.ofNullable(row.getObject("reached", UUID.class))
                                .orElse(BEFORE_ALL),
                        Columns.instant(row, "finished_at") != null))
                .single();
    }

    private void note(Instant begun, UUID reached, boolean finished) {
        jdbc.sql("update integrity_sweep set begun_at = :begun, reached = :reached, finished_at = :finished")
                .param("begun", Timestamp.from(begun))
                .param("reached", reached)
                .param("finished", finished ? Timestamp.from(clock.instant()) : null)
                .update();
    }

    private static <T> T required(@Nullable T result) {
        if (result == null) {
            throw new IllegalStateException("a transaction ended without its result");
        }
        return result;
    }
}
