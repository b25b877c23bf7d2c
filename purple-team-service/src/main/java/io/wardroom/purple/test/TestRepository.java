package io.wardroom.purple.test;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Columns;
import io.wardroom.purple.test.AttackTest.BlueWork;
import io.wardroom.purple.test.AttackTest.Lineage;
import io.wardroom.purple.test.AttackTest.Person;
import io.wardroom.purple.test.AttackTest.Plan;
import io.wardroom.purple.test.AttackTest.RedWork;
import io.wardroom.purple.test.AttackTest.Remediation;
import io.wardroom.purple.test.AttackTest.Subject;
import io.wardroom.purple.test.AttackTest.Times;
import io.wardroom.purple.test.AttackTest.Verdict;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

@Repository
class TestRepository {
    private final JdbcClient jdbc;

    TestRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// What a list is narrowed to; null means any.
    ///
    /// @param pending the side whose lead has yet to judge
    record Filter(
            @Nullable TestState state,
            @Nullable UUID technique,
            @Nullable String platform,
            @Nullable UUID creator,
            @Nullable Side pending,
            @Nullable UUID retestOf) {

        /// Whether the database keeps count of those.
        boolean isCounted() {
            return platform == null && creator == null && retestOf == null;
        }

        private String conditions() {
            var conditions = new StringBuilder();
            conditions.append(state == null ? "" : " and state = :state");
            conditions.append(technique == null ? "" : " and technique_id = :technique");
            conditions.append(platform == null ? "" : " and platform_folded = lower(:platform)");
            conditions.append(creator == null ? "" : " and created_by = :creator");
            conditions.append(retestOf == null ? "" : " and retest_of = :retestOf");
            conditions.append(
                    switch (pending) {
                        case null -> "";
                        case RED -> " and state = 'in_review' and red_validation_status = 'pending'";
                        case BLUE -> " and state = 'in_review' and blue_validation_status = 'pending'";
                        case BOTH, NEITHER -> throw new IllegalArgumentException("no side of a verdict");
                    });
            return conditions.toString();
        }
    }

    /// @param after the id behind which the page begins, the newest first; null for the beginning
    List<AttackTest> list(TenantId tenant, Filter filter, @Nullable UUID after, int offset, int limit) {
        var behind = after == null ? "" : " and id < :after";
        return filtered("select * from attack_test", filter, behind + " order by id desc offset :offset limit :limit")
                .param("tenant", tenant.value())
                .param("after", after)
                .param("offset", offset)
                .param("limit", limit)
                .query(TestRepository::toTest)
                .list();
    }

    long count(TenantId tenant, Filter filter) {
        return (filter.isCounted() ? counted(filter) : filtered("select count(*) from attack_test", filter, ""))
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
    }

    /// Only what is asked for stands in the statement: one plan for all wishes would read the whole table for some.
    private StatementSpec filtered(String select, Filter filter, String end) {
        return asked(select + " where tenant_id = :tenant" + filter.conditions() + end, filter);
    }

    private StatementSpec counted(Filter filter) {
        var sql = """
                select coalesce(sum(tests), 0) from attack_test_count where tenant_id = :tenant
                """ + (filter.state() == null ? "" : " and state = :state")
                + (filter.technique() == null ? "" : " and technique_id = :technique")
                + switch (filter.pending()) {
                    case null -> "";
                    case RED -> " and state = 'in_review' and red_verdict = 'pending'";
                    case BLUE -> " and state = 'in_review' and blue_verdict = 'pending'";
                    case BOTH, NEITHER -> throw new IllegalArgumentException("no side of a verdict");
                };
        return asked(sql, filter);
    }

    private StatementSpec asked(String sql, Filter filter) {
        var state = filter.state();
        return jdbc.sql(sql)
                .param("state", state == null ? null : state.spelled())
                .param("technique", filter.technique())
                .param("platform", filter.platform())
                .param("creator", filter.creator())
                .param("retestOf", filter.retestOf());
    }

    Optional<AttackTest> find(TenantId tenant, UUID id) {
        return one("select * from attack_test where tenant_id = :tenant and id = :id", tenant, id);
    }

    /// Reads a test and holds it for the transaction.
    Optional<AttackTest> lock(TenantId tenant, UUID id) {
        return one("select * from attack_test where tenant_id = :tenant and id = :id for update", tenant, id);
    }

    private Optional<AttackTest> one(String sql, TenantId tenant, UUID id) {
        return jdbc.sql(sql)
                .param("tenant", tenant.value())
                .param("id", id)
                .query(TestRepository::toTest)
                .optional();
    }

    /// The whole chain, its first test first.
    List<AttackTest> chain(TenantId tenant, UUID root, int atMost) {
        return jdbc.sql("""
                        select * from attack_test where tenant_id = :tenant and root_id = :root
                        order by id limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("root", root)
                .param("limit", atMost)
                .query(TestRepository::toTest)
                .list();
    }

    int countChain(TenantId tenant, UUID root) {
        return jdbc.sql("select count(*) from attack_test where tenant_id = :tenant and root_id = :root")
                .param("tenant", tenant.value())
                .param("root", root)
                .query(Integer.class)
                .single();
    }

    /// What a technique's tests come to.
    ///
    /// @param validated those that are decided for
    /// @param detected  those of them that were detected
    /// @param missed    those of them that were not
    record Tally(int all, int validated, int detected, int missed) {}

    Tally tally(TenantId tenant, UUID technique) {
        return jdbc.sql("""
                        select coalesce(sum(tests), 0) as everything,
                            coalesce(sum(tests) filter (where state = 'validated'), 0) as validated,
                            coalesce(sum(tests) filter (where state = 'validated' and detection = 'detected'), 0)
                                as detected,
                            coalesce(sum(tests) filter (where state = 'validated' and detection = 'not_detected'), 0)
                                as missed
                        from attack_test_count where tenant_id = :tenant and technique_id = :technique
                        """)
                .param("tenant", tenant.value())
                .param("technique", technique)
                .query((row, _) -> new Tally(row.getInt(1), row.getInt(2), row.getInt(3), row.getInt(4)))
                .single();
    }

    void insert(TenantId tenant, AttackTest test) {
        written(jdbc.sql("""
                        insert into attack_test (id, tenant_id, technique_id, technique_mitre_id, template_id, name,
                            description, platform, procedure_text, tool_used, state, created_by, created_by_name,
                            created_at, updated_at, execution_date, red_submitted_at, blue_submitted_at, decided_at,
                            reopened_at, attack_success, red_summary, detection_result, blue_summary,
                            red_validation_status, red_validation_notes, red_validated_by, red_validated_at,
                            blue_validation_status, blue_validation_notes, blue_validated_by, blue_validated_at,
                            remediation_steps, remediation_status, remediation_assignee, remediation_completed_at,
                            root_id, retest_of, retest_count, version)
                        values (:id, :tenant, :technique, :mitreId, :template, :name, :description, :platform,
                            :procedure, :tool, :state, :createdBy, :createdByName, :createdAt, :updatedAt, :started,
                            :redSubmitted, :blueSubmitted, :decided, :reopened, :success, :redSummary, :detection,
                            :blueSummary, :redStatus, :redNotes, :redBy, :redAt, :blueStatus, :blueNotes, :blueBy,
                            :blueAt, :steps, :remediation, :assignee, :remedied, :root, :retestOf, :retestCount,
                            :version)
                        """), tenant, test)
                .param("technique", test.subject().techniqueId())
                .param("mitreId", test.subject().mitreId())
                .param("template", test.templateId())
                .param("createdBy", test.createdBy().id())
                .param("createdByName", test.createdBy().name())
                .param("createdAt", stamp(test.createdAt()))
                .param("root", test.lineage().root())
                .param("retestOf", test.lineage().retestOf())
                .param("retestCount", test.lineage().count())
                .update();
    }

    /// Keeps what may change of a test, as its next version.
    ///
    /// @return false if another version than the one read is there
    boolean update(TenantId tenant, AttackTest test) {
        return written(jdbc.sql("""
                        update attack_test set name = :name, description = :description, platform = :platform,
                            procedure_text = :procedure, tool_used = :tool, state = :state, updated_at = :updatedAt,
                            execution_date = :started, red_submitted_at = :redSubmitted,
                            blue_submitted_at = :blueSubmitted, decided_at = :decided, reopened_at = :reopened,
                            attack_success = :success, red_summary = :redSummary, detection_result = :detection,
                            blue_summary = :blueSummary, red_validation_status = :redStatus,
                            red_validation_notes = :redNotes, red_validated_by = :redBy, red_validated_at = :redAt,
                            blue_validation_status = :blueStatus, blue_validation_notes = :blueNotes,
                            blue_validated_by = :blueBy, blue_validated_at = :blueAt, remediation_steps = :steps,
                            remediation_status = :remediation, remediation_assignee = :assignee,
                            remediation_completed_at = :remedied, version = version + 1
                        where tenant_id = :tenant and id = :id and version = :version
                        """), tenant, test).update() == 1;
    }

    private static StatementSpec written(StatementSpec statement, TenantId tenant, AttackTest test) {
        var red = test.redVerdict();
        var blue = test.blueVerdict();
        return statement
                .param("tenant", tenant.value())
                .param("id", test.id())
                .param("name", test.plan().name())
                .param("description", test.plan().description())
                .param("platform", test.plan().platform())
                .param("procedure", test.plan().procedure())
                .param("tool", test.plan().tool())
                .param("state", test.state().spelled())
                .param("updatedAt", stamp(test.updatedAt()))
                .param("started", stamp(test.times().started()))
                .param("redSubmitted", stamp(test.times().redSubmitted()))
                .param("blueSubmitted", stamp(test.times().blueSubmitted()))
                .param("decided", stamp(test.times().decided()))
                .param("reopened", stamp(test.times().reopened()))
                .param("success", test.red().success())
                .param("redSummary", test.red().summary())
                .param("detection", test.blue().detection())
                .param("blueSummary", test.blue().summary())
                .param("redStatus", red == null ? null : red.status())
                .param("redNotes", red == null ? null : red.notes())
                .param("redBy", red == null ? null : red.by())
                .param("redAt", red == null ? null : stamp(red.at()))
                .param("blueStatus", blue == null ? null : blue.status())
                .param("blueNotes", blue == null ? null : blue.notes())
                .param("blueBy", blue == null ? null : blue.by())
                .param("blueAt", blue == null ? null : stamp(blue.at()))
                .param("steps", test.remediation().steps())
                .param("remediation", test.remediation().status())
                .param("assignee", test.remediation().assignee())
                .param("remedied", stamp(test.remediation().completed()))
                .param("version", test.version());
    }

    /// One line of a test's timeline.
    ///
    /// @param fields what was written, by its names in the API
    record Step(
            UUID id,
            String change,
            @Nullable String fromState,
            String toState,
            List<String> fields,
            UUID byId,
            String byName,
            Instant at,
            long version) {}

    void insertStep(TenantId tenant, UUID test, Step step) {
        jdbc.sql("""
                        insert into attack_test_step
                            (id, tenant_id, test_id, change, from_state, to_state, fields, by_id, by_name, at, version)
                        values (:id, :tenant, :test, :change, :from, :to, :fields, :byId, :byName, :at, :version)
                        """)
                .param("id", step.id())
                .param("tenant", tenant.value())
                .param("test", test)
                .param("change", step.change())
                .param("from", step.fromState())
                .param("to", step.toState())
                .param("fields", step.fields().toArray(String[]::new))
                .param("byId", step.byId())
                .param("byName", step.byName())
                .param("at", Timestamp.from(step.at()))
                .param("version", step.version())
                .update();
    }

    /// @return from the first on
    List<Step> steps(TenantId tenant, UUID test, int offset, int limit) {
        return jdbc.sql("""
                        select * from attack_test_step where tenant_id = :tenant and test_id = :test
                        order by version, id offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("test", test)
                .param("offset", offset)
                .param("limit", limit)
                .query((row, _) -> new Step(
                        row.getObject("id", UUID.class),
                        row.getString("change"),
                        row.getString("from_state"),
                        row.getString("to_state"),
                        Columns.texts(row, "fields"),
                        row.getObject("by_id", UUID.class),
                        row.getString("by_name"),
                        row.getTimestamp("at").toInstant(),
                        row.getLong("version")))
                .list();
    }

    long countSteps(TenantId tenant, UUID test) {
        return jdbc.sql("select count(*) from attack_test_step where tenant_id = :tenant and test_id = :test")
                .param("tenant", tenant.value())
                .param("test", test)
                .query(Long.class)
                .single();
    }

    private static @Nullable Timestamp stamp(@Nullable Instant moment) {
        return moment == null ? null : Timestamp.from(moment);
    }

    static AttackTest toTest(ResultSet row, int number) throws SQLException {
        return new AttackTest(
                row.getObject("id", UUID.class),
                new Subject(row.getObject("technique_id", UUID.class), row.getString("technique_mitre_id")),
                row.getObject("template_id", UUID.class),
                new Plan(
                        row.getString("name"),
                        row.getString("description"),
                        row.getString("platform"),
                        row.getString("procedure_text"),
                        row.getString("tool_used")),
                TestState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                new Person(row.getObject("created_by", UUID.class), row.getString("created_by_name")),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant(),
                new Times(
                        Columns.instant(row, "execution_date"),
                        Columns.instant(row, "red_submitted_at"),
                        Columns.instant(row, "blue_submitted_at"),
                        Columns.instant(row, "decided_at"),
                        Columns.instant(row, "reopened_at")),
                new RedWork(row.getObject("attack_success", Boolean.class), row.getString("red_summary")),
                new BlueWork(row.getString("detection_result"), row.getString("blue_summary")),
                verdict(row, "red"),
                verdict(row, "blue"),
                new Remediation(
                        row.getString("remediation_steps"),
                        row.getString("remediation_status"),
                        row.getObject("remediation_assignee", UUID.class),
                        Columns.instant(row, "remediation_completed_at")),
                new Lineage(
                        row.getObject("root_id", UUID.class),
                        row.getObject("retest_of", UUID.class),
                        row.getInt("retest_count")),
                row.getLong("version"));
    }

    private static @Nullable Verdict verdict(ResultSet row, String side) throws SQLException {
        var status = row.getString(side + "_validation_status");
        return status == null
                ? null
                : new Verdict(
                        status,
                        row.getString(side + "_validation_notes"),
                        row.getObject(side + "_validated_by", UUID.class),
                        Columns.instant(row, side + "_validated_at"));
    }
}
