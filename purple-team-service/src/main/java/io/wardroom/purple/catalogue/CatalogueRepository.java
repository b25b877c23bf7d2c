package io.wardroom.purple.catalogue;

import io.wardroom.purple.Columns;
import io.wardroom.purple.catalogue.BundleDraft.ObjectRow;
import io.wardroom.purple.catalogue.BundleDraft.RelationRow;
import io.wardroom.purple.catalogue.BundleDraft.TacticRow;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

@Repository
class CatalogueRepository {
    private static final int ROWS_AT_ONCE = 500;
    private static final String VERSION = """
            v.catalogue, v.parent, v.domain, v.name, v.version, v.stix, v.source, v.sha256, v.counts::text as counts,
            v.imported_at, v.imported_by, v.rolled_back""";

    private final JdbcClient jdbc;
    private final JdbcTemplate template;
    private final JsonMapper json;

    CatalogueRepository(JdbcClient jdbc, JdbcTemplate template, JsonMapper json) {
        this.jdbc = jdbc;
        this.template = template;
        this.json = json;
    }

    Optional<CatalogueVersion> current() {
        return jdbc.sql("select " + VERSION
                        + " from catalogue_version v join catalogue_current c on c.catalogue = v.catalogue")
                .query(this::toVersion)
                .optional();
    }

    Optional<CatalogueVersion> find(int catalogue) {
        return jdbc.sql("select " + VERSION + " from catalogue_version v where v.catalogue = :catalogue")
                .param("catalogue", catalogue)
                .query(this::toVersion)
                .optional();
    }

    /// @return the newest first
    List<CatalogueVersion> versions() {
        return jdbc.sql("select " + VERSION + " from catalogue_version v order by v.catalogue desc limit 50")
                .query(this::toVersion)
                .list();
    }

    /// Whether this content was taken back by somebody.
    boolean wasRolledBack(String sha256) {
        return jdbc.sql("select exists (select from catalogue_version where sha256 = :sha256 and rolled_back)")
                .param("sha256", sha256)
                .query(Boolean.class)
                .single();
    }

    /// Begins a version, which nobody sees before the transaction ends; what it says of itself comes with [#describe].
    int begin(@Nullable Integer parent, String source, String by, Instant at) {
        return jdbc.sql("""
                        insert into catalogue_version (catalogue, parent, domain, name, version, stix, source, sha256,
                            counts, changes, imported_at, imported_by)
                        values (coalesce((select max(catalogue) from catalogue_version), 0) + 1, :parent, '', '', '', '',
                            :source, '', '{}', '{}', :at, :by)
                        returning catalogue
                        """)
                .param("parent", parent)
                .param("source", source)
                .param("at", Timestamp.from(at))
                .param("by", by)
                .query(Integer.class)
                .single();
    }

    void describe(CatalogueVersion version, CatalogueDiff.Changes changes) {
        jdbc.sql("""
                        update catalogue_version set domain = :domain, name = :name, version = :version, stix = :stix,
                            sha256 = :sha256, counts = :counts::jsonb, changes = :changes::jsonb
                        where catalogue = :catalogue
                        """)
                .param("domain", version.domain())
                .param("name", version.name())
                .param("version", version.version())
                .param("stix", version.stix())
                .param("sha256", version.sha256())
                .param("counts", json.writeValueAsString(version.counts()))
                .param("changes", json.writeValueAsString(changes))
                .param("catalogue", version.catalogue())
                .update();
    }

    void makeCurrent(int catalogue) {
        jdbc.sql("""
                        insert into catalogue_current (one, catalogue) values (true, :catalogue)
                        on conflict (one) do update set catalogue = excluded.catalogue
                        """).param("catalogue", catalogue).update();
    }

    void markRolledBack(int catalogue) {
        jdbc.sql("update catalogue_version set rolled_back = true where catalogue = :catalogue")
                .param("catalogue", catalogue)
                .update();
    }

    /// Forgets the oldest versions, never the current one or the one it came after.
    void forget(int kept) {
        jdbc.sql("""
                        delete from catalogue_version v
                        where v.catalogue not in (
                                select catalogue from catalogue_version order by catalogue desc limit :kept)
                            and v.catalogue not in (select catalogue from catalogue_current)
                            and v.catalogue not in (
                                select p.parent from catalogue_version p join catalogue_current c
                                    on c.catalogue = p.catalogue where p.parent is not null)
                        """).param("kept", kept).update();
    }

    List<CatalogueTechnique> techniques(int catalogue) {
        return jdbc.sql("""
                        select id, mitre_id, name, description, tactics, platforms, detection, is_subtechnique, parent_id,
                            revoked, deprecated, gone, successor_id, url, version, modified, changed_in
                        from technique where catalogue = :catalogue
                        """)
                .param("catalogue", catalogue)
                .query(CatalogueRepository::toTechnique)
                .list();
    }

    void insertTactics(int catalogue, List<TacticRow> tactics) {
        template.batchUpdate("""
                insert into tactic (catalogue, id, mitre_id, shortname, name, description, position)
                values (?, ?, ?, ?, ?, ?, ?)
                """, tactics, ROWS_AT_ONCE, (statement, tactic) -> {
            statement.setInt(1, catalogue);
            statement.setObject(2, tactic.id());
            statement.setString(3, tactic.mitreId());
            statement.setString(4, tactic.shortname());
            statement.setString(5, tactic.name());
            statement.setString(6, tactic.description());
            statement.setInt(7, tactic.position());
        });
    }

    void insertTechniques(int catalogue, List<CatalogueTechnique> techniques) {
        template.batchUpdate("""
                insert into technique (catalogue, id, mitre_id, name, description, tactics, platforms, detection,
                    is_subtechnique, parent_id, revoked, deprecated, gone, successor_id, url, version, modified, changed_in)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, techniques, ROWS_AT_ONCE, (statement, technique) -> {
            statement.setInt(1, catalogue);
            statement.setObject(2, technique.id());
            statement.setString(3, technique.mitreId());
            statement.setString(4, technique.name());
            statement.setString(5, technique.description());
            statement.setArray(6, array(statement, technique.tactics()));
            statement.setArray(7, array(statement, technique.platforms()));
            statement.setString(8, technique.detection());
            statement.setBoolean(9, technique.subtechnique());
            statement.setObject(10, technique.parentId());
            statement.setBoolean(11, technique.revoked());
            statement.setBoolean(12, technique.deprecated());
            statement.setBoolean(13, technique.gone());
            statement.setObject(14, technique.successorId());
            statement.setString(15, technique.url());
            statement.setString(16, technique.version());
            statement.setTimestamp(17, timestamp(technique.modified()));
            statement.setInt(18, technique.changedIn());
        });
    }

    /// Where a bundle's objects and relations go while it is read.
    Rows rows(int catalogue) {
        return new Rows(catalogue);
    }

    void removeRelations(int catalogue, List<String> stixIds) {
        template.batchUpdate(
                "delete from catalogue_relation where catalogue = ? and stix_id = ?",
                stixIds,
                ROWS_AT_ONCE,
                (statement, id) -> {
                    statement.setInt(1, catalogue);
                    statement.setString(2, id);
                });
    }

    /// Writes in steps, so that few rows are in memory at a time.
    final class Rows implements BundleDraft.Rows {
        private final int catalogue;
        private final List<ObjectRow> objects = new ArrayList<>();
        private final List<RelationRow> relations = new ArrayList<>();

        private Rows(int catalogue) {
            this.catalogue = catalogue;
        }

        @Override
        public void object(ObjectRow object) {
            objects.add(object);
            if (objects.size() == ROWS_AT_ONCE) {
                writeObjects();
            }
        }

        @Override
        public void relation(RelationRow relation) {
            relations.add(relation);
            if (relations.size() == ROWS_AT_ONCE) {
                writeRelations();
            }
        }

        void flush() {
            writeObjects();
            writeRelations();
        }

        private void writeObjects() {
            template.batchUpdate("""
                    insert into catalogue_object (catalogue, stix_id, kind, mitre_id, name, description, aliases, platforms,
                        revoked, deprecated, modified, details)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                    """, objects, ROWS_AT_ONCE, (statement, object) -> {
                statement.setInt(1, catalogue);
                statement.setString(2, object.stixId());
                statement.setString(3, object.kind());
                statement.setString(4, object.mitreId());
                statement.setString(5, object.name());
                statement.setString(6, object.description());
                statement.setArray(7, array(statement, object.aliases()));
                statement.setArray(8, array(statement, object.platforms()));
                statement.setBoolean(9, object.revoked());
                statement.setBoolean(10, object.deprecated());
                statement.setTimestamp(11, timestamp(object.modified()));
                statement.setString(12, json.writeValueAsString(object.details()));
            });
            objects.clear();
        }

        private void writeRelations() {
            template.batchUpdate("""
                    insert into catalogue_relation (catalogue, stix_id, kind, source, target, description)
                    values (?, ?, ?, ?, ?, ?)
                    """, relations, ROWS_AT_ONCE, (statement, relation) -> {
                statement.setInt(1, catalogue);
                statement.setString(2, relation.stixId());
                statement.setString(3, relation.kind());
                statement.setString(4, relation.source());
                statement.setString(5, relation.target());
                statement.setString(6, relation.description());
            });
            relations.clear();
        }
    }

    private static Array array(PreparedStatement statement, List<String> texts) throws SQLException {
        Connection connection = statement.getConnection();
        return connection.createArrayOf("text", texts.toArray());
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant moment) {
        return moment == null ? null : Timestamp.from(moment);
    }

    @SuppressWarnings("unchecked")
    private CatalogueVersion toVersion(ResultSet row, int number) throws SQLException {
        return new CatalogueVersion(
                row.getInt("catalogue"),
                row.getObject("parent", Integer.class),
                row.getString("domain"),
                row.getString("name"),
                row.getString("version"),
                row.getString("stix"),
                row.getString("source"),
                row.getString("sha256"),
                json.readValue(row.getString("counts"), Map.class),
                row.getTimestamp("imported_at").toInstant(),
                row.getString("imported_by"),
                row.getBoolean("rolled_back"));
    }

    private static CatalogueTechnique toTechnique(ResultSet row, int number) throws SQLException {
        return new CatalogueTechnique(
                row.getObject("id", UUID.class),
                row.getString("mitre_id"),
                row.getString("name"),
                row.getString("description"),
                Columns.texts(row, "tactics"),
                Columns.texts(row, "platforms"),
                row.getString("detection"),
                row.getBoolean("is_subtechnique"),
                row.getObject("parent_id", UUID.class),
                row.getBoolean("revoked"),
                row.getBoolean("deprecated"),
                row.getBoolean("gone"),
                row.getObject("successor_id", UUID.class),
                row.getString("url"),
                row.getString("version"),
                Columns.instant(row, "modified"),
                row.getInt("changed_in"));
    }
}
