package io.wardroom.purple.test;

import io.wardroom.common.tenant.TenantId;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/// Figures over all tests of a tenant, out of the counts that the database keeps where it keeps them, and the lists
/// behind them, which are read row by row.
@Repository
@Transactional(readOnly = true)
public class TestFigures {
    private static final int ROWS_AT_ONCE = 500;

    private static final String RESULTS = """
            where tenant_id = :tenant and (:state::text is null or state = :state::text)
                and (:from::timestamptz is null or created_at >= :from::timestamptz)
                and (:until::timestamptz is null or created_at < :until::timestamptz)
            """;

    private static final String REMEDIATIONS = """
            where tenant_id = :tenant and remediation_steps is not null
                and (:status::text is null or remediation_status = :status::text)
            """;

    private final JdbcClient jdbc;

    TestFigures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Map<TestState, Long> byState(TenantId tenant) {
        var counts = new EnumMap<TestState, Long>(TestState.class);
        counts("select state, sum(tests) from attack_test_count where tenant_id = :tenant group by state", tenant)
                .forEach((state, count) -> counts.put(TestState.of(state).orElseThrow(), count));
        return counts;
    }

    /// How one side's lead judged.
    record Verdicts(long approved, long rejected, long pending) {}

    Verdicts verdicts(TenantId tenant, Side side) {
        return jdbc.sql("""
                        select sum(tests) filter (where %1$s = 'approved') as approved,
                            sum(tests) filter (where %1$s = 'rejected') as rejected,
                            sum(tests) filter (where %1$s = 'pending' and state = 'in_review') as pending
                        from attack_test_count where tenant_id = :tenant
                        """.formatted(side == Side.RED ? "red_verdict" : "blue_verdict"))
                .param("tenant", tenant.value())
                .query((row, _) -> new Verdicts(row.getLong(1), row.getLong(2), row.getLong(3)))
                .single();
    }

    List<AttackTest> recent(TenantId tenant, int atMost) {
        return jdbc.sql("""
                        select * from attack_test where tenant_id = :tenant order by updated_at desc, id desc limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("limit", atMost)
                .query(TestRepository::toTest)
                .list();
    }

    /// What a report on results is narrowed to; null means any.
    ///
    /// @param from  made then or later
    /// @param until made before
    public record Results(
            @Nullable TestState state,
            @Nullable Instant from,
            @Nullable Instant until) {}

    public Map<String, Long> resultsByState(TenantId tenant, Results results) {
        return resultsBy("state", tenant, results);
    }

    public Map<String, Long> resultsByDetection(TenantId tenant, Results results) {
        // what blue is still writing counts for nothing yet
        var detection = "case when state = 'blue_evaluating' then 'none' else coalesce(detection_result, 'none') end";
        return resultsBy(detection, tenant, results);
    }

    private Map<String, Long> resultsBy(String what, TenantId tenant, Results results) {
        return grouped(results(
                "select %s as what, count(*) from attack_test ".formatted(what) + RESULTS + " group by 1 order by 1",
                tenant,
                results));
    }

    /// Hands each test to `reader` as it is read, the newest first, and as `side` may see it.
    public void eachResult(TenantId tenant, Results results, Side side, Consumer<TestView> reader) {
        each(results("select * from attack_test " + RESULTS + " order by id desc", tenant, results), side, reader);
    }

    private StatementSpec results(String sql, TenantId tenant, Results results) {
        var state = results.state();
        var from = results.from();
        var until = results.until();
        return jdbc.sql(sql)
                .param("tenant", tenant.value())
                .param("state", state == null ? null : state.spelled())
                .param("from", from == null ? null : Timestamp.from(from))
                .param("until", until == null ? null : Timestamp.from(until));
    }

    public Map<String, Long> remediationsByStatus(TenantId tenant, @Nullable String status) {
        return grouped(jdbc.sql("select coalesce(remediation_status, 'pending') as what, count(*) from attack_test "
                        + REMEDIATIONS + " group by 1 order by 1")
                .param("tenant", tenant.value())
                .param("status", status));
    }

    /// As [#eachResult(TenantId, Results, Side, Consumer)], of the tests with steps.
    public void eachRemediation(TenantId tenant, @Nullable String status, Side side, Consumer<TestView> reader) {
        each(
                jdbc.sql("select * from attack_test " + REMEDIATIONS + " order by id desc")
                        .param("tenant", tenant.value())
                        .param("status", status),
                side,
                reader);
    }

    private Map<String, Long> counts(String sql, TenantId tenant) {
        return grouped(jdbc.sql(sql).param("tenant", tenant.value()));
    }

    private static Map<String, Long> grouped(StatementSpec statement) {
        var counts = new LinkedHashMap<String, Long>();
        statement.query(row -> {
            counts.put(row.getString(1), row.getLong(2));
        });
        return counts;
    }

    /// What the tests of one technique come to.
    ///
    /// @param validated those that are decided for; the others say which way blue saw them
    public record TechniqueTests(int total, int validated, int detected, int partiallyDetected, int notDetected) {
        public static final TechniqueTests NONE = new TechniqueTests(0, 0, 0, 0, 0);
    }

    /// By technique; as many as techniques are tested.
    public Map<UUID, TechniqueTests> byTechnique(TenantId tenant) {
        var tests = new HashMap<UUID, TechniqueTests>();
        jdbc.sql("""
                        select technique_id, sum(tests) as total,
                            sum(tests) filter (where state = 'validated') as validated,
                            sum(tests) filter (where state = 'validated' and detection = 'detected') as detected,
                            sum(tests) filter (where state = 'validated' and detection = 'partially_detected')
                                as partially_detected,
                            sum(tests) filter (where state = 'validated' and detection = 'not_detected')
                                as not_detected
                        from attack_test_count where tenant_id = :tenant group by technique_id
                        """).param("tenant", tenant.value()).query(row -> {
            tests.put(
                    row.getObject("technique_id", UUID.class),
                    new TechniqueTests(
                            row.getInt("total"),
                            row.getInt("validated"),
                            row.getInt("detected"),
                            row.getInt("partially_detected"),
                            row.getInt("not_detected")));
        });
        return tests;
    }

    private static void each(StatementSpec statement, Side side, Consumer<TestView> reader) {
        // inside a transaction the driver fetches that many rows at a time, not all of them
        statement.withFetchSize(ROWS_AT_ONCE).query(row -> {
            reader.accept(TestView.of(TestRepository.toTest(row, 0), side));
        });
    }
}
