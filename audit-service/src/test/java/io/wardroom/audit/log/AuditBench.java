package io.wardroom.audit.log;

import io.wardroom.audit.OnRealServers;
import io.wardroom.audit.proof.Checkpoints;
import io.wardroom.audit.proof.Trees;
import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/// Measures the log at a million rows of one tenant. No test: it runs only where it is named, `-Dtest=AuditBench`.
class AuditBench extends OnRealServers {
    private static final int SEEDED = 1_000_000;
    private static final int APPENDED = 60_000;
    private static final int A_POLL = 500;
    private static final int PROOFS = 2_000;
    private static final int DELAYS = 300;

    @Autowired
    private AuditLog log;

    @Autowired
    private Checkpoints checkpoints;

    @Autowired
    private Trees trees;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Test
    void measure() throws Exception {
        seed();
        append(APPENDED / 3);
        var rate = append(APPENDED);
        System.out.printf("appends with their leaves, one tenant, polls of %d: %.0f/s%n", A_POLL, rate);
        var through = throughKafka();
        System.out.printf("the same through Kafka, from the first record sent to the last leaf: %.0f/s%n", through);
        checkpoints.signGrown();
        var token = token("owner");
        var ids = someIds();
        for (var i = 0; i < 2; i++) {
            tell(i == 0 ? "(warm-up)" : "the hashes of a proof, out of the database", inclusions());
        }
        var reader = new AuditLog.Reader(
                new Actor(UuidV7.next(), "ada", new TenantId(tenant), Role.OWNER, false), Caller.NOBODY);
        tell("a whole proof with the row it leaves, without HTTP", wholes(reader, ids));
        proofs(token, ids.subList(0, PROOFS / 4));
        tell("GET /audit-logs/{id}/proof", proofs(token, ids));
        tell("from Kafka to readable", delays());
    }

    /// Rows and hashes of the right number and size; what they say does not matter to the time.
    private void seed() throws Exception {
        try (var connection =
                        DriverManager.getConnection(DATABASE.url(), DATABASE.ownerUser(), DATABASE.ownerPassword());
                var statement = connection.createStatement()) {
            statement.execute("set wardroom.tenant = '*'");
            statement.execute("""
                    insert into audit_log (id, tenant_id, at, actor_type, username, action, entity_type, outcome, details)
                    select uuidv7(), '%s', now(), 'user', 'ada', 'login', 'session', 'success', '{"label": "rack 7"}'
                    from generate_series(1, %d)""".formatted(tenant, SEEDED));
            statement.execute("""
                    insert into audit_leaf (tenant_id, leaf_index, row_id, leaf_hash, salt, frontier)
                    select tenant_id, place - 1, id, sha256(id::text::bytea), sha256(id::text::bytea),
                        case when place = %1$d then decode(repeat('00', 32 * %2$d), 'hex') end
                    from (select tenant_id, id, row_number() over (order by id) as place from audit_log
                        where tenant_id = '%3$s') numbered""".formatted(SEEDED, Long.bitCount(SEEDED), tenant));
            for (var level = 4; 1 << level <= SEEDED; level += 4) {
                statement.execute("""
                        insert into audit_subtree (tenant_id, level, position, root_hash)
                        select '%s', %d, place, sha256(place::text::bytea) from generate_series(0, %d) place""".formatted(tenant, level, (SEEDED >> level) - 1));
            }
            statement.execute("analyze audit_log");
            statement.execute("analyze audit_leaf");
        }
    }

    private double append(int rows) {
        var polls = polls(rows);
        var start = System.nanoTime();
        polls.forEach(log::store);
        return rows * 1e9 / (System.nanoTime() - start);
    }

    private List<List<AuditAction>> polls(int rows) {
        return IntStream.range(0, rows / A_POLL)
                .mapToObj(_ -> IntStream.range(0, A_POLL)
                        .mapToObj(_ -> aDeed("login", "success"))
                        .toList())
                .toList();
    }

    private double throughKafka() throws Exception {
        var deeds = polls(APPENDED).stream().flatMap(List::stream).toList();
        var before = leaves();
        var start = System.nanoTime();
        for (var deed : deeds) {
            kafka.send(record(Topics.AUDIT_ACTIONS, AuditAction.TYPE, deed.id(), tenant, json.writeValueAsBytes(deed)));
        }
        kafka.flush();
        while (leaves() < before + deeds.size()) {
            Thread.onSpinWait();
        }
        return deeds.size() * 1e9 / (System.nanoTime() - start);
    }

    private long leaves() {
        return TenantScope.within(
                new TenantId(tenant),
                () -> transaction.execute(_ -> jdbc.sql("select max(leaf_index) from audit_leaf where tenant_id = ?")
                        .param(tenant)
                        .query(Long.class)
                        .single()));
    }

    private List<UUID> someIds() {
        var random = new Random(1);
        var wanted = IntStream.range(0, PROOFS)
                .mapToObj(_ -> (long) random.nextInt(SEEDED))
                .toArray(Long[]::new);
        return TenantScope.within(
                new TenantId(tenant),
                () -> transaction.execute(
                        _ -> jdbc.sql("select row_id from audit_leaf where tenant_id = ? and leaf_index = any (?)")
                                .param(tenant)
                                .param(wanted)
                                .query(UUID.class)
                                .list()));
    }

    private List<Duration> inclusions() {
        var random = new Random(2);
        var of = new TenantId(tenant);
        var size = leaves() + 1;
        var took = new ArrayList<Duration>();
        for (var i = 0; i < PROOFS; i++) {
            var leaf = (long) random.nextInt(SEEDED);
            var start = System.nanoTime();
            TenantScope.within(of, () -> transaction.execute(_ -> trees.inclusion(of, leaf, size)));
            took.add(Duration.ofNanos(System.nanoTime() - start));
        }
        return took;
    }

    private List<Duration> wholes(AuditLog.Reader reader, List<UUID> ids) {
        var took = new ArrayList<Duration>();
        for (var id : ids) {
            var start = System.nanoTime();
            log.proof(reader, id, null);
            took.add(Duration.ofNanos(System.nanoTime() - start));
        }
        return took;
    }

    private List<Duration> proofs(String token, List<UUID> ids) throws Exception {
        var took = new ArrayList<Duration>();
        for (var id : ids) {
            var start = System.nanoTime();
            get("/" + id + "/proof", token);
            took.add(Duration.ofNanos(System.nanoTime() - start));
        }
        return took;
    }

    private List<Duration> delays() throws Exception {
        var took = new ArrayList<Duration>();
        for (var i = 0; i < DELAYS; i++) {
            var deed = aDeed("login", "success", "ada", "17", Map.of());
            var start = System.nanoTime();
            kafka.send(record(Topics.AUDIT_ACTIONS, AuditAction.TYPE, deed.id(), tenant, json.writeValueAsBytes(deed)));
            while (!isThere(deed.id())) {
                Thread.onSpinWait();
            }
            took.add(Duration.ofNanos(System.nanoTime() - start));
        }
        return took;
    }

    private boolean isThere(UUID id) {
        return TenantScope.within(
                new TenantId(tenant),
                () -> transaction.execute(_ -> jdbc.sql("select exists (select from audit_log where id = ?)")
                        .param(id)
                        .query(Boolean.class)
                        .single()));
    }

    private static void tell(String what, List<Duration> took) {
        var sorted = took.stream().mapToLong(Duration::toNanos).toArray();
        Arrays.sort(sorted);
        System.out.printf(
                "%s: p50 %.1f ms, p99 %.1f ms, most %.1f ms%n",
                what,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6,
                sorted[sorted.length - 1] / 1e6);
    }
}
