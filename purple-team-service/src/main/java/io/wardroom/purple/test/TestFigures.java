package io.wardroom.purple.test;

import io.wardroom.common.tenant.TenantId;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/// Figures over all tests of a tenant, and the lists behind them, which are read row by row.
@Repository
@Transactional(readOnly = true)
class TestFigures {
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
        var counts = new HashMap<TestState, Long>();
        counts("select state, count(*) from attack_test where tenant_id = :tenant group by state", tenant)
                .forEach((state, count) -> counts.put(TestState.of(state).orElseThrow(), count));
        return counts;
    }

    /// How one side's lead judged.
    record Verdicts(long approved, long rejected, long pending) {}

    Verdicts verdicts(TenantId tenant, Side side) {
        var column = side == Side.RED ? "red_validation_status" : "blue_validation_status";
        var counts = counts(
                "select %1$s, count(*) from attack_test where tenant_id = :tenant and %1$s is not null group by %1$s"
                        .formatted(column),
                tenant);
        var inReview = jdbc.sql("""
                        select count(*) from attack_test
                        where tenant_id = :tenant and state = 'in_review' and %s = 'pending'
                        """.formatted(column))
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
        return new Verdicts(
                counts.getOrDefault(AttackTest.APPROVED, 0L),
                counts.getOrDefault(AttackTest.DISAPPROVED, 0L),
                inReview);
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
    record Results(
            @Nullable TestState state,
            @Nullable Instant from,
            @Nullable Instant until) {}

    Map<String, Long> resultsBy(TenantId tenant, Results results, boolean byState) {
        // what blue is still writing counts for nothing yet
        var what = byState
                ? "state"
                : "case when state = 'blue_evaluating' then 'none' else coalesce(detection_result, 'none') end";
        return grouped(results(
                "select %s as what, count(*) from attack_test ".formatted(what) + RESULTS + " group by 1 order by 1",
                tenant,
                results));
    }

    void eachResult(TenantId tenant, Results results, Consumer<AttackTest> reader) {
        each(results("select * from attack_test " + RESULTS + " order by id desc", tenant, results), reader);
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

    Map<String, Long> remediationsByStatus(TenantId tenant, @Nullable String status) {
        return grouped(jdbc.sql("select coalesce(remediation_status, 'pending') as what, count(*) from attack_test "
                        + REMEDIATIONS + " group by 1 order by 1")
                .param("tenant", tenant.value())
                .param("status", status));
    }

    void eachRemediation(TenantId tenant, @Nullable String status, Consumer<AttackTest> reader) {
        each(
                jdbc.sql("select * from attack_test " + REMEDIATIONS + " order by id desc")
                        .param("tenant", tenant.value())
                        .param("status", status),
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

    private static void each(StatementSpec statement, Consumer<AttackTest> reader) {
        // inside a transaction the driver fetches that many rows at a time, not all of them
        statement.withFetchSize(ROWS_AT_ONCE).query(row -> {
            reader.accept(TestRepository.toTest(row, 0));
        });
    }
}
