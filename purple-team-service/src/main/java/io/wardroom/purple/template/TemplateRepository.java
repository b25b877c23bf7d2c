package io.wardroom.purple.template;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

@Repository
class TemplateRepository {
    /// What a tenant sees: shared ones and its own, each switched on unless it said otherwise. What its collection
    /// dropped stays, switched off. Of a technique that the current catalogue has revoked its successor is shown: a
    /// collection is read again at any time, and says again what it said.
    private static final String SHOWN = """
            select s.id, coalesce(h.heir, s.mitre_technique_id) as mitre_technique_id,
                case when h.heir is not null then s.mitre_technique_id end as carried_from, s.name, s.description,
                s.source, s.source_url, s.platforms, s.severity, s.tool_suggested, s.attack_procedure,
                s.expected_detection, s.suggested_remediation, s.atomic_test_id, s.created_at,
                coalesce(c.is_active, not s.gone) as is_active
            from (
                select id, mitre_technique_id, name, description, source, source_url, platforms, severity,
                    tool_suggested, attack_procedure, expected_detection, suggested_remediation,
                    source_id as atomic_test_id, created_at, gone
                from shared_template
                union all
                select id, mitre_technique_id, name, description, source, source_url, platforms, severity,
                    tool_suggested, attack_procedure, expected_detection, suggested_remediation, atomic_test_id,
                    created_at, false
                from own_template where tenant_id = :tenant
            ) s
            left join template_choice c on c.tenant_id = :tenant and c.template_id = s.id
            left join (
                select distinct on (r.mitre_id) r.mitre_id, t.mitre_id as heir
                from technique r
                join technique t on t.catalogue = r.catalogue and t.id = r.successor_id
                where r.catalogue = (select catalogue from catalogue_current) and (r.revoked or r.deprecated)
                    and not exists (
                        select from technique l where l.catalogue = r.catalogue and l.mitre_id = r.mitre_id
                            and not l.revoked and not l.deprecated)
                order by r.mitre_id, r.modified desc nulls last) h on h.mitre_id = s.mitre_technique_id
            """;

    private static final String SEARCHED = """
             and (name ilike :search escape '\\' or description ilike :search escape '\\'
                or mitre_technique_id ilike :search escape '\\' or carried_from ilike :search escape '\\')
            """;

    private final JdbcClient jdbc;
    private final NamedParameterJdbcTemplate batches;

    TemplateRepository(JdbcClient jdbc, NamedParameterJdbcTemplate batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    /// What a list is narrowed to; null means any.
    record Filter(
            @Nullable String source,
            @Nullable String platform,
            @Nullable String severity,
            @Nullable String technique,
            @Nullable Boolean active,
            @Nullable String search) {
        private String conditions() {
            return (source == null ? "" : " and source = :source")
                    + (platform == null ? "" : " and :platform = any (platforms)")
                    + (severity == null ? "" : " and severity = :severity")
                    + (technique == null ? "" : " and :technique in (mitre_technique_id, carried_from)")
                    + (active == null ? "" : " and is_active = :active")
                    + (search == null ? "" : SEARCHED);
        }
    }

    List<Template> list(TenantId tenant, Filter filter, int offset, int limit) {
        return filtered(
                        "select *",
                        filter,
                        " order by mitre_technique_id collate \"C\", name, id offset :offset limit :limit")
                .param("tenant", tenant.value())
                .param("offset", offset)
                .param("limit", limit)
                .query(TemplateRepository::toTemplate)
                .list();
    }

    long count(TenantId tenant, Filter filter) {
        return filtered("select count(*)", filter, "")
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
    }

    /// Only what is asked for stands in the statement: a plan for wishes that may be null expects hardly any rows.
    private StatementSpec filtered(String what, Filter filter, String tail) {
        var search = filter.search();
        return jdbc.sql(what + " from (" + SHOWN + ") t where true" + filter.conditions() + tail)
                .param("source", filter.source())
                .param("platform", filter.platform())
                .param("severity", filter.severity())
                .param("technique", filter.technique())
                .param("active", filter.active())
                .param("search", search == null ? null : containing(search));
    }

    Optional<Template> find(TenantId tenant, UUID id) {
        return jdbc.sql("select * from (" + SHOWN + ") t where id = :id")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(TemplateRepository::toTemplate)
                .optional();
    }

    record Stats(int total, int active, int inactive, Map<String, Integer> bySource, Map<String, Integer> byPlatform) {}

    Stats stats(TenantId tenant) {
        var total = jdbc.sql("select count(*), count(*) filter (where is_active) from (" + SHOWN + ") t")
                .param("tenant", tenant.value())
                .query((row, _) -> new int[] {row.getInt(1), row.getInt(2)})
                .single();
        return new Stats(
                total[0],
                total[1],
                total[0] - total[1],
                counts("select source, count(*) from (" + SHOWN + ") t group by source", tenant),
                counts(
                        "select platform, count(*) from (" + SHOWN
                                + ") t, unnest(platforms) as platform group by platform",
                        tenant));
    }

    private Map<String, Integer> counts(String sql, TenantId tenant) {
        var counts = new TreeMap<String, Integer>();
        jdbc.sql(sql).param("tenant", tenant.value()).query(row -> {
            counts.put(row.getString(1), row.getInt(2));
        });
        return counts;
    }

    int countOwn(TenantId tenant) {
        return jdbc.sql("select count(*) from own_template where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query(Integer.class)
                .single();
    }

    void insertOwn(TenantId tenant, Template template, String by) {
        jdbc.sql("""
                        insert into own_template (id, tenant_id, source, source_url, mitre_technique_id, name,
                            description, platforms, severity, tool_suggested, attack_procedure, expected_detection,
                            suggested_remediation, atomic_test_id, created_by, created_at)
                        values (:id, :tenant, :source, :url, :technique, :name, :description, :platforms, :severity,
                            :tool, :procedure, :detection, :remediation, :atomic, :by, :at)
                        """)
                .param("id", template.id())
                .param("tenant", tenant.value())
                .param("source", template.source())
                .param("url", template.sourceUrl())
                .param("technique", template.mitreTechniqueId())
                .param("name", template.name())
                .param("description", template.description())
                .param("platforms", template.platforms().toArray(String[]::new))
                .param("severity", template.severity())
                .param("tool", template.toolSuggested())
                .param("procedure", template.attackProcedure())
                .param("detection", template.expectedDetection())
                .param("remediation", template.suggestedRemediation())
                .param("atomic", template.atomicTestId())
                .param("by", by)
                .param("at", Timestamp.from(template.createdAt()))
                .update();
    }

    /// Turns a template on or off for one tenant.
    ///
    /// @param otherwise what it is while the tenant said nothing
    /// @return whether it is on now
    boolean toggle(TenantId tenant, UUID id, boolean otherwise) {
        return jdbc.sql("""
                        insert into template_choice (tenant_id, template_id, is_active)
                        values (:tenant, :id, :otherwise)
                        on conflict (tenant_id, template_id) do update set is_active = not template_choice.is_active
                        returning is_active
                        """)
                .param("tenant", tenant.value())
                .param("id", id)
                .param("otherwise", otherwise)
                .query(Boolean.class)
                .single();
    }

    /// How many of a collection there are.
    int countOf(String source) {
        return jdbc.sql("select count(*) from shared_template where source = :source")
                .param("source", source)
                .query(Integer.class)
                .single();
    }

    /// What came of keeping a collection.
    ///
    /// @param added   not there before
    /// @param changed otherwise before
    record Merged(int added, int changed) {}

    /// Keeps what was read of a collection: known ones by its own ids, changed only where they differ.
    Merged merge(String source, List<Gathered> gathered, Timestamp now) {
        var before = countOf(source);
        var changed = 0;
        for (var start = 0; start < gathered.size(); start += 500) {
            var part = gathered.subList(start, Math.min(start + 500, gathered.size())).stream()
                    .map(one -> parameters(source, one, now))
                    .toArray(MapSqlParameterSource[]::new);
            // known rows first: what is inserted after it is new
            for (var count : batches.batchUpdate(CHANGE, part)) {
                changed += count;
            }
            // the driver writes many inserts as one and cannot tell of each
            batches.batchUpdate(ADD, part);
        }
        return new Merged(countOf(source) - before, changed);
    }

    /// Marks those that the collection does not have any more.
    int markGone(String source, List<Gathered> there) {
        return jdbc.sql("""
                        update shared_template set gone = true
                        where source = :source and not gone and source_id <> all (:there)
                        """)
                .param("source", source)
                .param("there", there.stream().map(Gathered::sourceId).toArray(String[]::new))
                .update();
    }

    private static final String ADD = """
            insert into shared_template (id, source, source_id, source_url, mitre_technique_id, name, description,
                platforms, severity, tool_suggested, attack_procedure, expected_detection, suggested_remediation,
                created_at, updated_at)
            values (:id, :source, :sourceId, :url, :technique, :name, :description, :platforms, :severity, :tool,
                :procedure, :detection, :remediation, :now, :now)
            on conflict (source, source_id) do nothing
            """;

    private static final String CHANGE = """
            update shared_template set source_url = :url, mitre_technique_id = :technique, name = :name,
                description = :description, platforms = :platforms, severity = :severity, tool_suggested = :tool,
                attack_procedure = :procedure, expected_detection = :detection, suggested_remediation = :remediation,
                gone = false, updated_at = :now
            where source = :source and source_id = :sourceId and (gone, source_url, mitre_technique_id, name,
                    description, platforms, severity, tool_suggested, attack_procedure)
                is distinct from (false, :url::text, :technique::text, :name::text, :description::text,
                    :platforms::text[], :severity::text, :tool::text, :procedure::text)
            """;

    private static MapSqlParameterSource parameters(String source, Gathered one, Timestamp now) {
        return new MapSqlParameterSource()
                .addValue("id", one.id())
                .addValue("source", source)
                .addValue("sourceId", one.sourceId())
                .addValue("url", one.url())
                .addValue("technique", one.technique())
                .addValue("name", one.name())
                .addValue("description", one.description())
                .addValue("platforms", one.platforms().toArray(String[]::new))
                .addValue("severity", one.severity().spelled())
                .addValue("tool", one.tool())
                .addValue("procedure", one.procedure())
                .addValue("detection", null)
                .addValue("remediation", null)
                .addValue("now", now);
    }

    private static String containing(String part) {
        return "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    private static Template toTemplate(ResultSet row, int number) throws SQLException {
        return new Template(
                row.getObject("id", UUID.class),
                row.getString("mitre_technique_id"),
                row.getString("carried_from"),
                row.getString("name"),
                row.getString("description"),
                row.getString("source"),
                row.getString("source_url"),
                Columns.texts(row, "platforms"),
                row.getString("severity"),
                row.getString("tool_suggested"),
                row.getString("attack_procedure"),
                row.getString("expected_detection"),
                row.getString("suggested_remediation"),
                row.getString("atomic_test_id"),
                row.getBoolean("is_active"),
                row.getTimestamp("created_at").toInstant());
    }
}
