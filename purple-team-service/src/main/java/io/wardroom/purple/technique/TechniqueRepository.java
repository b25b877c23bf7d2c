package io.wardroom.purple.technique;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Columns;
import io.wardroom.purple.technique.Technique.Review;
import io.wardroom.purple.technique.Technique.StatusOverride;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

@Repository
class TechniqueRepository {
    private static final String NOTE = """
            n.status, n.override_value, n.override_reason, n.override_by, n.override_at, n.reviewed_by, n.reviewed_at""";

    /// What a tenant sees: the current catalogue with its own words laid over it, and its own techniques, unless the
    /// catalogue has one of that id.
    private static final String SHOWN = """
            select t.id, t.mitre_id, coalesce(n.name, t.name) as name, coalesce(n.description, t.description) as description,
                coalesce(n.tactics, t.tactics) as tactics, coalesce(n.platforms, t.platforms) as platforms,
                t.changed_in > coalesce(n.reviewed_in, 0) or coalesce(n.review_required, false) as review_required,
                false as own, t.is_subtechnique, t.parent_id, t.revoked, t.deprecated, t.gone, t.successor_id, t.url,
                t.version, t.modified, n.technique_id is not null as noted,
            """ + NOTE + """

            from technique t
            left join technique_note n on n.tenant_id = :tenant and n.technique_id = t.id
            where t.catalogue = (select catalogue from catalogue_current)
            union all
            select o.id, o.mitre_id, o.name, o.description, o.tactics, o.platforms,
                coalesce(n.review_required, false), true, false, null, false, false, false, null, null, null, null, true,
            """ + NOTE + """

            from own_technique o
            left join technique_note n on n.tenant_id = :tenant and n.technique_id = o.id
            where o.tenant_id = :tenant and not exists (
                select from technique t where t.catalogue = (select catalogue from catalogue_current)
                    and t.mitre_id = o.mitre_id and not t.revoked and not t.deprecated)
            """;

    /// What stands in a list; descriptions, which are long, do not.
    private static final String LISTED = """
            select id, mitre_id, name, '' as description, tactics, platforms, review_required, own, is_subtechnique,
                parent_id, revoked, deprecated, gone, successor_id, url, version, modified, status, override_value,
                override_reason, override_by, override_at, reviewed_by, reviewed_at
            from (""" + SHOWN + ") s ";

    private static final String IN_USE = """
             where not (revoked or deprecated)
                and (cardinality(:tactics::text[]) = 0 or tactics && :tactics::text[])
                and (:platform::text is null or :platform::text = any (platforms))
            """;

    private static final int ROWS_AT_ONCE = 500;

    private final JdbcClient jdbc;

    TechniqueRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// What a list is narrowed to; null or empty means any.
    ///
    /// @param tactics any of them
    record Filter(
            List<String> tactics,
            @Nullable TechniqueStatus status,
            @Nullable Boolean reviewRequired,
            @Nullable String platform,
            @Nullable String search) {}

    /// Those in use, and those no longer in use of which the tenant has said something or has yet to look at.
    ///
    /// @return without their descriptions
    List<Technique> list(TenantId tenant, Filter filter) {
        var search = filter.search();
        var status = filter.status();
        return jdbc.sql(LISTED + """
                        where (not (revoked or deprecated) or noted or :review::boolean)
                            and (cardinality(:tactics::text[]) = 0 or tactics && :tactics::text[])
                            and (:status::text is null
                                or coalesce(override_value, status, 'not_evaluated') = :status::text)
                            and (:review::boolean is null or review_required = :review::boolean)
                            and (:platform::text is null or :platform::text = any (platforms))
                            and (:search::text is null or mitre_id ilike :search::text escape '\\'
                                or name ilike :search::text escape '\\'
                                or description ilike :search::text escape '\\')
                        order by mitre_id collate "C", id
                        """)
                .param("tenant", tenant.value())
                .param("tactics", filter.tactics().toArray(String[]::new))
                .param("status", status == null ? null : status.spelled())
                .param("review", filter.reviewRequired())
                .param("platform", filter.platform())
                .param("search", search == null ? null : containing(search))
                .query(TechniqueRepository::toTechnique)
                .list();
    }

    Optional<Technique> find(TenantId tenant, UUID id) {
        return jdbc.sql("select * from (" + SHOWN + ") s where id = :id")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(TechniqueRepository::toTechnique)
                .optional();
    }

    /// The one in use, where several had that id in the course of time.
    Optional<Technique> find(TenantId tenant, String mitreId) {
        return jdbc.sql("select * from (" + SHOWN + """
                        ) s where mitre_id = :mitreId order by revoked or deprecated, modified desc nulls last limit 1
                        """)
                .param("tenant", tenant.value())
                .param("mitreId", mitreId)
                .query(TechniqueRepository::toTechnique)
                .optional();
    }

    private record Counted(String key, TechniqueStatus status, int count) {}

    /// Hands each of them to `reader` by their public ids, without its description. Wants a transaction.
    void eachInUse(TenantId tenant, TechniquesInUse which, Consumer<Technique> reader) {
        inUse(LISTED + IN_USE + " order by mitre_id collate \"C\", id", tenant, which)
                .withFetchSize(ROWS_AT_ONCE)
                .query(row -> {
                    reader.accept(toTechnique(row, 0));
                });
    }

    private StatementSpec inUse(String sql, TenantId tenant, TechniquesInUse which) {
        return jdbc.sql(sql)
                .param("tenant", tenant.value())
                .param("tactics", which.tactics().toArray(String[]::new))
                .param("platform", which.platform());
    }

    Coverage coverage(TenantId tenant, TechniquesInUse which) {
        var counts = new EnumMap<TechniqueStatus, Integer>(TechniqueStatus.class);
        counted(tenant, "''", which).forEach(one -> counts.put(one.status(), one.count()));
        return new Coverage(counts);
    }

    /// By short name; a technique counts in each of its tactics.
    Map<String, Coverage> coverageByTactic(TenantId tenant) {
        var counts = new HashMap<String, Map<TechniqueStatus, Integer>>();
        counted(tenant, "unnest(tactics)", TechniquesInUse.ALL)
                .forEach(one -> counts.computeIfAbsent(one.key(), _ -> new EnumMap<>(TechniqueStatus.class))
                        .put(one.status(), one.count()));
        var coverage = new HashMap<String, Coverage>();
        counts.forEach((tactic, byStatus) -> coverage.put(tactic, new Coverage(byStatus)));
        return coverage;
    }

    private List<Counted> counted(TenantId tenant, String key, TechniquesInUse which) {
        var sql = "select key, status, count(*) from (select " + key + """
                 as key, coalesce(override_value, status, 'not_evaluated') as status from (
                """ + SHOWN + ") s" + IN_USE
                + ") c group by key, status";
        return inUse(sql, tenant, which)
                .query((row, _) -> new Counted(row.getString(1), toStatus(row.getString(2)), row.getInt(3)))
                .list();
    }

    /// Makes sure that there is a note and holds it for the transaction.
    void holdNote(TenantId tenant, UUID technique) {
        jdbc.sql("""
                        insert into technique_note (tenant_id, technique_id, reviewed_in) values (:tenant, :technique, 0)
                        on conflict (tenant_id, technique_id) do update set version = technique_note.version + 1
                        """)
                .param("tenant", tenant.value())
                .param("technique", technique)
                .update();
    }

    /// @return the computed status
    TechniqueStatus setComputed(TenantId tenant, UUID technique, TechniqueStatus status) {
        jdbc.sql("update technique_note set status = :status where tenant_id = :tenant and technique_id = :technique")
                .param("status", status.spelled())
                .param("tenant", tenant.value())
                .param("technique", technique)
                .update();
        return status;
    }

    void setOverride(TenantId tenant, UUID technique, @Nullable StatusOverride override) {
        jdbc.sql("""
                        update technique_note set override_value = :value, override_reason = :reason,
                            override_by = :by, override_at = :at
                        where tenant_id = :tenant and technique_id = :technique
                        """)
                .param("value", override == null ? null : override.value().spelled())
                .param("reason", override == null ? null : override.reason())
                .param("by", override == null ? null : override.by())
                .param("at", override == null ? null : Timestamp.from(override.at()))
                .param("tenant", tenant.value())
                .param("technique", technique)
                .update();
    }

    /// Lays a tenant's words over the catalogue's; what is null stays as it is.
    void setWords(TenantId tenant, Technique technique, UpdateTechnique.Words words, @Nullable List<String> tactics) {
        var statement = technique.own() ? """
                        update own_technique set name = coalesce(:name, name),
                            description = coalesce(:description, description),
                            tactics = coalesce(:tactics::text[], tactics),
                            platforms = coalesce(:platforms::text[], platforms)
                        where tenant_id = :tenant and id = :technique
                        """ : """
                        update technique_note set name = coalesce(:name, name),
                            description = coalesce(:description, description),
                            tactics = coalesce(:tactics::text[], tactics),
                            platforms = coalesce(:platforms::text[], platforms)
                        where tenant_id = :tenant and technique_id = :technique
                        """;
        jdbc.sql(statement)
                .param("name", words.name())
                .param("description", words.description())
                .param("tactics", array(tactics))
                .param("platforms", array(words.platforms()))
                .param("tenant", tenant.value())
                .param("technique", technique.id())
                .update();
    }

    void setReviewed(TenantId tenant, UUID technique, String by, Instant at) {
        jdbc.sql("""
                        update technique_note set review_required = false, reviewed_by = :by, reviewed_at = :at,
                            reviewed_in = coalesce((select catalogue from catalogue_current), 0)
                        where tenant_id = :tenant and technique_id = :technique
                        """)
                .param("by", by)
                .param("at", Timestamp.from(at))
                .param("tenant", tenant.value())
                .param("technique", technique)
                .update();
    }

    /// @return false if the tenant has one of that id already
    boolean insertOwn(CreateTechnique wish, List<String> tactics, UUID id, Instant now) {
        return jdbc.sql("""
                        insert into own_technique
                            (id, tenant_id, mitre_id, name, description, tactics, platforms, created_by, created_at)
                        values (:id, :tenant, :mitreId, :name, :description, :tactics, :platforms, :by, :at)
                        on conflict (tenant_id, mitre_id) do nothing
                        """)
                        .param("id", id)
                        .param("tenant", wish.actor().tenant().value())
                        .param("mitreId", wish.mitreId())
                        .param("name", wish.name())
                        .param("description", wish.description())
                        .param("tactics", array(tactics))
                        .param("platforms", array(wish.platforms()))
                        .param("by", wish.actor().username())
                        .param("at", Timestamp.from(now))
                        .update()
                == 1;
    }

    int countOwn(TenantId tenant) {
        return jdbc.sql("select count(*) from own_technique where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query(Integer.class)
                .single();
    }

    void insertChange(UUID id, StatusChanged change) {
        jdbc.sql("""
                        insert into technique_status_change
                            (id, tenant_id, technique_id, before, after, lowered, cause, changed_by, changed_at)
                        values (:id, :tenant, :technique, :before, :after, :lowered, :cause, :by, :at)
                        """)
                .param("id", id)
                .param("tenant", change.tenantId().value())
                .param("technique", change.techniqueId())
                .param("before", change.before().spelled())
                .param("after", change.after().spelled())
                .param("lowered", change.lowered())
                .param("cause", change.cause())
                .param("by", change.changedBy())
                .param("at", Timestamp.from(change.changedAt()))
                .update();
    }

    /// One step in the history of a status.
    record Change(
            String before,
            String after,
            boolean lowered,
            String cause,
            @Nullable String changedBy,
            Instant changedAt) {}

    /// @return the newest first
    List<Change> changes(TenantId tenant, UUID technique, int atMost) {
        return jdbc.sql("""
                        select before, after, lowered, cause, changed_by, changed_at from technique_status_change
                        where tenant_id = :tenant and technique_id = :technique
                        order by changed_at desc, id desc limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("technique", technique)
                .param("limit", atMost)
                .query((row, _) -> new Change(
                        row.getString("before"),
                        row.getString("after"),
                        row.getBoolean("lowered"),
                        row.getString("cause"),
                        row.getString("changed_by"),
                        row.getTimestamp("changed_at").toInstant()))
                .list();
    }

    private static String @Nullable [] array(@Nullable List<String> texts) {
        return texts == null ? null : texts.toArray(String[]::new);
    }

    private static String containing(String part) {
        return "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    private static Technique toTechnique(ResultSet row, int number) throws SQLException {
        var status = row.getString("status");
        var overriding = row.getString("override_value");
        var overriddenAt = Columns.instant(row, "override_at");
        var reviewedBy = row.getString("reviewed_by");
        var reviewedAt = Columns.instant(row, "reviewed_at");
        return new Technique(
                row.getObject("id", UUID.class),
                row.getString("mitre_id"),
                row.getString("name"),
                row.getString("description"),
                Columns.texts(row, "tactics"),
                Columns.texts(row, "platforms"),
                status == null ? TechniqueStatus.NOT_EVALUATED : toStatus(status),
                overriding == null || overriddenAt == null
                        ? null
                        : new StatusOverride(
                                toStatus(overriding),
                                row.getString("override_reason"),
                                row.getString("override_by"),
                                overriddenAt),
                row.getBoolean("review_required"),
                reviewedBy == null || reviewedAt == null ? null : new Review(reviewedBy, reviewedAt),
                row.getBoolean("own"),
                row.getBoolean("is_subtechnique"),
                row.getObject("parent_id", UUID.class),
                row.getBoolean("revoked"),
                row.getBoolean("deprecated"),
                row.getBoolean("gone"),
                row.getObject("successor_id", UUID.class),
                row.getString("url"),
                row.getString("version"),
                Columns.instant(row, "modified"));
    }

    private static TechniqueStatus toStatus(String stored) {
        return TechniqueStatus.valueOf(stored.toUpperCase(Locale.ROOT));
    }
}
