package io.wardroom.fleet.inventory;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class InventoryRepository {
    private static final TypeReference<Map<String, @Nullable Object>> ITEM = new TypeReference<>() {};
    private static final String STATE = """
            section, observed_at, changed_at, content_sha256, rows, refused, reported_total, changes_day,
            changes_told""";
    private static final String CHANGE_FILTER = """
            tenant_id = :tenant and agent_id = :agent
            and (:since::timestamptz is null or at >= :since::timestamptz)
            and (:until::timestamptz is null or at < :until::timestamptz)
            and (:section::text is null or section = :section::text)
            and (:change::text is null or change = :change::text)
            """;
    private static final String ROW_FILTER = """
            tenant_id = :tenant and agent_id = :agent and section = :section
            and (:search::text is null or exists (
                select from jsonb_each_text(item) field where field.value ilike :search::text escape '\\'))
            """;
    // Only what differs is touched. A row that is not told is gone, unless not all were told; one that is told for the
    // first time is new, unless not all were told before.
    private static final String REPLACE = """
            with incoming as materialized (
                select sha256(convert_to(n.key, 'UTF8')) as id, n.key, n.item::jsonb as item
                from unnest(:keys::text[], :items::text[]) as n (key, item)
            ), stored as materialized (
                select key_sha256 as id, key, item from inventory_row where agent_id = :agent and section = :section
            ), differing as materialized (
                select id, coalesce(incoming.key, stored.key) as key, stored.item as before, incoming.item as after
                from incoming full join stored using (id)
                where stored.item is distinct from incoming.item
            ), gone as (
                delete from inventory_row r using differing d
                where r.agent_id = :agent and r.section = :section and r.key_sha256 = d.id and d.after is null
            ), written as (
                insert into inventory_row (agent_id, section, key_sha256, tenant_id, key, item)
                select :agent, :section, id, :tenant, key, after from differing where after is not null
                on conflict (agent_id, section, key_sha256) do update set item = excluded.item
            ), told as (
                insert into inventory_change (tenant_id, agent_id, section, change, key, before, after, at)
                select :tenant, :agent, :section,
                    case when before is null then 'added' when after is null then 'removed' else 'changed' end,
                    key, before, after, :at::timestamptz
                from differing
                where case
                    when before is null then :tellAdded
                    when after is null then :tellRemoved
                    else :tellChanged and before - :passing::text[] <> after - :passing::text[] end
                order by key collate "C"
                limit :room
                returning 1
            )
            select count(*) from told
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    InventoryRepository(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// What is stored of a section.
    ///
    /// @param observedAt null while nothing was stored
    record State(
            Section section,
            @Nullable Instant observedAt,
            @Nullable Instant changedAt,
            byte @Nullable [] contentSha256,
            int rows,
            int refused,
            @Nullable Long reportedTotal,
            @Nullable LocalDate changesDay,
            int changesTold) {}

    /// Which changes are worth a row.
    ///
    /// @param room how many may be written down
    record Tell(boolean added, boolean changed, boolean removed, int room) {
        static final Tell NOTHING = new Tell(false, false, false, 0);
    }

    record RowPage(List<Map<String, @Nullable Object>> items, long total) {}

    record Change(
            long id,
            Section section,
            String change,
            String key,
            @Nullable Map<String, @Nullable Object> before,
            @Nullable Map<String, @Nullable Object> after,
            Instant at) {}

    record ChangePage(List<Change> items, long total) {}

    /// What a list of changes is narrowed to; null means any.
    record ChangeFilter(
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable Section section,
            @Nullable String change) {}

    /// Where a page of changes begins: behind this one.
    record Mark(Instant at, long id) {}

    /// Holds sections until the transaction ends.
    ///
    /// @return nothing where the tenant has no such agent
    Map<Section, State> lock(TenantId tenant, UUID agent, Collection<Section> sections) {
        // the agent first, as its deletion does: neither can wait for the other in a circle
        var known = jdbc.sql("select id from agent where tenant_id = :tenant and id = :agent for key share")
                .param("tenant", tenant.value())
                .param("agent", agent)
                .query(UUID.class)
                .optional();
        if (known.isEmpty()) {
            return Map.of();
        }
        var names = sections.stream().map(Section::spelled).sorted().toArray(String[]::new);
        var states = locked(tenant, agent, names);
        if (states.size() < names.length) {
            jdbc.sql("""
                            insert into inventory_section (agent_id, section, tenant_id)
                            select :agent, n.section, :tenant from unnest(:sections::text[]) as n (section)
                            order by n.section
                            on conflict do nothing
                            """)
                    .param("tenant", tenant.value())
                    .param("agent", agent)
                    .param("sections", names)
                    .update();
            states = locked(tenant, agent, names);
        }
        return states;
    }

    private Map<Section, State> locked(TenantId tenant, UUID agent, String[] names) {
        return jdbc
                .sql("""
                        select %s from inventory_section
                        where tenant_id = :tenant and agent_id = :agent and section = any (:sections::text[])
                        order by section for update
                        """.formatted(STATE))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("sections", names)
                .query(InventoryRepository::toState)
                .list()
                .stream()
                .collect(Collectors.toMap(State::section, Function.identity()));
    }

    List<State> states(TenantId tenant, UUID agent) {
        return jdbc.sql("select %s from inventory_section where tenant_id = :tenant and agent_id = :agent"
                        .formatted(STATE))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .query(InventoryRepository::toState)
                .list();
    }

    Optional<State> state(TenantId tenant, UUID agent, Section section) {
        return jdbc.sql("""
                        select %s from inventory_section
                        where tenant_id = :tenant and agent_id = :agent and section = :section
                        """.formatted(STATE))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("section", section.spelled())
                .query(InventoryRepository::toState)
                .optional();
    }

    /// Replaces a section's rows by those of an observation.
    ///
    /// @return how many changes were written down
    int replaceRows(TenantId tenant, UUID agent, Observation observation, Tell tell) {
        var rows = observation.rows();
        return jdbc.sql(REPLACE)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("section", observation.section().spelled())
                .param("keys", rows.stream().map(Observation.Row::key).toArray(String[]::new))
                .param("items", rows.stream().map(Observation.Row::item).toArray(String[]::new))
                .param("passing", observation.section().passing().toArray(String[]::new))
                .param("at", Timestamp.from(observation.observedAt()))
                .param("tellAdded", tell.added())
                .param("tellChanged", tell.changed())
                .param("tellRemoved", tell.removed())
                .param("room", tell.room())
                .query(Integer.class)
                .single();
    }

    void update(TenantId tenant, UUID agent, State state) {
        var changedAt = state.changedAt();
        var observedAt = state.observedAt();
        jdbc.sql("""
                        update inventory_section set
                            observed_at = :observedAt, changed_at = :changedAt, content_sha256 = :content,
                            rows = :rows, refused = :refused, reported_total = :total, changes_day = :day,
                            changes_told = :told
                        where tenant_id = :tenant and agent_id = :agent and section = :section
                        """)
                .param("observedAt", observedAt == null ? null : Timestamp.from(observedAt))
                .param("changedAt", changedAt == null ? null : Timestamp.from(changedAt))
                .param("content", state.contentSha256())
                .param("rows", state.rows())
                .param("refused", state.refused())
                .param("total", state.reportedTotal())
                .param("day", state.changesDay())
                .param("told", state.changesTold())
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("section", state.section().spelled())
                .update();
    }

    /// Notes that sections were seen again as they were; the newest of what is stored and given stays.
    void seenAgain(TenantId tenant, UUID agent, Map<Section, Instant> seen) {
        if (seen.isEmpty()) {
            return;
        }
        var entries = List.copyOf(seen.entrySet());
        jdbc.sql("""
                        update inventory_section s set observed_at = n.at::timestamptz
                        from unnest(:sections::text[], :at::text[]) as n (section, at)
                        where s.tenant_id = :tenant and s.agent_id = :agent and s.section = n.section
                            and s.observed_at < n.at::timestamptz
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param(
                        "sections",
                        entries.stream().map(one -> one.getKey().spelled()).toArray(String[]::new))
                .param(
                        "at",
                        entries.stream().map(one -> one.getValue().toString()).toArray(String[]::new))
                .update();
    }

    RowPage rows(TenantId tenant, UUID agent, Section section, @Nullable String search, int offset, int limit) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("tenant", tenant.value());
        values.put("agent", agent);
        values.put("section", section.spelled());
        values.put("search", search == null ? null : "%" + search.replaceAll("([\\\\%_])", "\\\\$1") + "%");
        var items = jdbc.sql("""
                        select item from inventory_row where %s
                        order by key collate "C", key_sha256 offset :offset limit :limit
                        """.formatted(ROW_FILTER))
                .params(values)
                .param("offset", offset)
                .param("limit", limit)
                .query((row, _) -> item(section, row.getString("item")))
                .list();
        var total = jdbc.sql("select count(*) from inventory_row where " + ROW_FILTER)
                .params(values)
                .query(Long.class)
                .single();
        return new RowPage(items, total);
    }

    ChangePage changes(TenantId tenant, UUID agent, ChangeFilter filter, @Nullable Mark behind, int offset, int limit) {
        var since = filter.since();
        var until = filter.until();
        var section = filter.section();
        var values = new HashMap<String, @Nullable Object>();
        values.put("tenant", tenant.value());
        values.put("agent", agent);
        values.put("since", since == null ? null : since.toString());
        values.put("until", until == null ? null : until.toString());
        values.put("section", section == null ? null : section.spelled());
        values.put("change", filter.change());
        var items = jdbc.sql("""
                        select id, section, change, key, before, after, at from inventory_change
                        where %s and (:markAt::timestamptz is null or (at, id) < (:markAt::timestamptz, :markId))
                        order by at desc, id desc offset :offset limit :limit
                        """.formatted(CHANGE_FILTER))
                .params(values)
                .param("markAt", behind == null ? null : behind.at().toString())
                .param("markId", behind == null ? 0 : behind.id())
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toChange)
                .list();
        var total = jdbc.sql("select count(*) from inventory_change where " + CHANGE_FILTER)
                .params(values)
                .query(Long.class)
                .single();
        return new ChangePage(items, total);
    }

    /// @return how many were deleted, at most `limit`
    int deleteChangesBefore(Instant moment, int limit) {
        return jdbc.sql("""
                        delete from inventory_change where id in (
                            select id from inventory_change where at < :before order by at limit :limit)
                        """)
                .param("before", Timestamp.from(moment))
                .param("limit", limit)
                .update();
    }

    private Map<String, @Nullable Object> item(Section section, String stored) {
        return section.shape().inOrder(json.readValue(stored, ITEM));
    }

    private Change toChange(ResultSet row, int number) throws SQLException {
        var section = sectionOf(row);
        var before = row.getString("before");
        var after = row.getString("after");
        return new Change(
                row.getLong("id"),
                section,
                row.getString("change"),
                row.getString("key"),
                before == null ? null : item(section, before),
                after == null ? null : item(section, after),
                row.getTimestamp("at").toInstant());
    }

    private static State toState(ResultSet row, int number) throws SQLException {
        return new State(
                sectionOf(row),
                Columns.instant(row, "observed_at"),
                Columns.instant(row, "changed_at"),
                row.getBytes("content_sha256"),
                row.getInt("rows"),
                row.getInt("refused"),
                row.getObject("reported_total", Long.class),
                row.getObject("changes_day", LocalDate.class),
                row.getInt("changes_told"));
    }

    private static Section sectionOf(ResultSet row) throws SQLException {
        var name = row.getString("section");
        return Section.of(name).orElseThrow(() -> new IllegalStateException("no section " + name));
    }
}
