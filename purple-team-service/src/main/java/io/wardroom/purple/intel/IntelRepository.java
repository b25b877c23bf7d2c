package io.wardroom.purple.intel;

import io.wardroom.common.event.UuidV7;
import io.wardroom.purple.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class IntelRepository {
    private static final int ROWS_AT_ONCE = 500;
    private static final String FILTERED = """
            from intel_item i
            where (:feed::text is null or i.feed = :feed::text)
                and (:technique::text is null or exists (
                    select from intel_meeting m where m.item_id = i.id and m.technique = :technique::text))
                and (:search::text is null or i.external_id ilike :search::text escape '\\'
                    or i.title ilike :search::text escape '\\' or i.summary ilike :search::text escape '\\')
            """;

    private final JdbcClient jdbc;
    private final NamedParameterJdbcTemplate batches;
    private final JsonMapper json;

    IntelRepository(JdbcClient jdbc, NamedParameterJdbcTemplate batches, JsonMapper json) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.json = json;
    }

    /// Which techniques ATT&CK's own words connect with a vulnerability: those whose text names it, and those used by a
    /// group, campaign or software where the text on that use names it.
    Map<String, Set<Meeting>> namedByAttack() {
        var named = new HashMap<String, Set<Meeting>>();
        jdbc.sql("""
                        with said (technique, words) as (
                            select t.mitre_id, t.description from technique t
                            where t.catalogue = (select catalogue from catalogue_current)
                                and not t.revoked and not t.deprecated
                            union all
                            select t.mitre_id, r.description from catalogue_relation r
                            join technique t on t.catalogue = r.catalogue and r.target = 'attack-pattern--' || t.id
                            where r.catalogue = (select catalogue from catalogue_current) and r.kind = 'uses'
                                and not t.revoked and not t.deprecated and r.description ilike '%cve-%')
                        select distinct s.technique, upper(found[1]) as cve
                        from said s, regexp_matches(s.words, '\\mCVE-\\d{4}-\\d{4,7}\\M', 'gi') as found
                        """).query(row -> {
            named.computeIfAbsent(row.getString("cve"), _ -> new LinkedHashSet<>())
                    .add(new Meeting(row.getString("technique"), Meeting.BY_ATTACK));
        });
        return named;
    }

    /// What came of keeping a feed.
    record Merged(int added, int changed) {}

    /// Keeps entries and what they are about: each once, changed only where it says something else. Nobody else writes
    /// the feed meanwhile.
    Merged merge(String feed, Map<Entry, Set<Meeting>> found, Instant now) {
        var known = known(feed);
        var fresh = new ArrayList<MapSqlParameterSource>();
        var old = new ArrayList<Entry>();
        var meetings = new ArrayList<MapSqlParameterSource>();
        var changed = new HashSet<String>();
        found.forEach((entry, met) -> {
            var before = known.get(entry.externalId());
            if (before == null) {
                fresh.add(row(feed, entry, now));
            } else {
                old.add(entry);
            }
            for (var meeting : met) {
                if (before == null || !before.contains(meeting)) {
                    meetings.add(row(feed, entry, now)
                            .addValue("technique", meeting.technique())
                            .addValue("rule", meeting.rule()));
                    if (before != null) {
                        changed.add(entry.externalId());
                    }
                }
            }
        });
        var updated =
                written(CHANGE, old.stream().map(entry -> row(feed, entry, now)).toList());
        for (var at = 0; at < updated.size(); at++) {
            if (updated.get(at) > 0) {
                changed.add(old.get(at).externalId());
            }
        }
        written(ADD, fresh);
        written(MEET, meetings);
        return new Merged(fresh.size(), changed.size());
    }

    private Map<String, Set<Meeting>> known(String feed) {
        var known = new HashMap<String, Set<Meeting>>();
        jdbc.sql("""
                        select i.external_id, m.technique, m.rule from intel_item i
                        join intel_meeting m on m.item_id = i.id where i.feed = :feed
                        """).param("feed", feed).query(row -> {
            known.computeIfAbsent(row.getString("external_id"), _ -> new HashSet<>())
                    .add(new Meeting(row.getString("technique"), row.getString("rule")));
        });
        return known;
    }

    /// @return how many rows each changed, as far as the driver tells: of inserts it does not
    private List<Integer> written(String sql, List<MapSqlParameterSource> rows) {
        var counts = new ArrayList<Integer>();
        for (var start = 0; start < rows.size(); start += ROWS_AT_ONCE) {
            var part = rows.subList(start, Math.min(start + ROWS_AT_ONCE, rows.size()));
            for (var count : batches.batchUpdate(sql, part.toArray(MapSqlParameterSource[]::new))) {
                counts.add(count);
            }
        }
        return counts;
    }

    private static final String ADD = """
            insert into intel_item
                (id, feed, external_id, title, summary, url, published_at, details, recorded_at, updated_at)
            values (:id, :feed, :externalId, :title, :summary, :url, :published, :details::jsonb, :now, :now)
            on conflict (feed, external_id) do nothing
            """;

    private static final String CHANGE = """
            update intel_item set title = :title, summary = :summary, url = :url, published_at = :published,
                details = :details::jsonb, updated_at = :now
            where feed = :feed and external_id = :externalId and (title, summary, url, published_at, details)
                is distinct from (:title::text, :summary::text, :url::text, :published::timestamptz, :details::jsonb)
            """;

    private static final String MEET = """
            insert into intel_meeting (item_id, technique, rule, recorded_at)
            select id, :technique, :rule, :now from intel_item where feed = :feed and external_id = :externalId
            on conflict (item_id, technique, rule) do nothing
            """;

    private MapSqlParameterSource row(String feed, Entry entry, Instant now) {
        var published = entry.published();
        return new MapSqlParameterSource()
                .addValue("id", UuidV7.next())
                .addValue("feed", feed)
                .addValue("externalId", entry.externalId())
                .addValue("title", entry.title())
                .addValue("summary", entry.summary())
                .addValue("url", entry.url())
                .addValue("published", published == null ? null : Timestamp.from(published))
                .addValue("details", json.writeValueAsString(entry.details()))
                .addValue("now", Timestamp.from(now));
    }

    /// What a list is narrowed to; null means any.
    record Filter(
            @Nullable String feed,
            @Nullable String technique,
            @Nullable String search) {}

    /// What is kept of an entry.
    ///
    /// @param techniques those it is about
    record Item(
            UUID id,
            String feed,
            String externalId,
            String title,
            String summary,
            @Nullable String url,
            @Nullable Instant published,
            Map<String, String> details,
            Instant recorded,
            List<About> techniques) {}

    /// @param name what the current catalogue calls it; empty where it does not know it
    record About(String mitreId, String name, List<String> rules) {}

    record Page(List<Item> items, long total) {}

    /// @return the newest first
    @Transactional(readOnly = true)
    Page list(Filter filter, int offset, int limit) {
        var items = filtered("""
                        select i.*, (
                            select coalesce(jsonb_agg(a order by a.mitre_id), '[]') from (
                                select m.technique as mitre_id, coalesce(max(t.name), '') as name,
                                    array_agg(distinct m.rule order by m.rule) as rules
                                from intel_meeting m
                                left join technique t on t.catalogue = (select catalogue from catalogue_current)
                                    and t.mitre_id = m.technique
                                where m.item_id = i.id group by m.technique) a)::text as about
                        """ + FILTERED + """
                        order by i.published_at desc nulls last, i.id desc offset :offset limit :limit
                        """, filter)
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toItem)
                .list();
        return new Page(
                items,
                filtered("select count(*) " + FILTERED, filter)
                        .query(Long.class)
                        .single());
    }

    private StatementSpec filtered(String sql, Filter filter) {
        var search = filter.search();
        return jdbc.sql(sql)
                .param("feed", filter.feed())
                .param("technique", filter.technique())
                .param("search", search == null ? null : containing(search));
    }

    private static String containing(String part) {
        return "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    private Item toItem(ResultSet row, int number) throws SQLException {
        return new Item(
                row.getObject("id", UUID.class),
                row.getString("feed"),
                row.getString("external_id"),
                row.getString("title"),
                row.getString("summary"),
                row.getString("url"),
                Columns.instant(row, "published_at"),
                json.readValue(row.getString("details"), new TypeReference<>() {}),
                row.getTimestamp("recorded_at").toInstant(),
                json.readValue(row.getString("about"), new TypeReference<List<About>>() {}));
    }
}
