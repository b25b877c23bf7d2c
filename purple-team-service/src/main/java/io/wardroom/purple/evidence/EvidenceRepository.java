package io.wardroom.purple.evidence;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.test.Side;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class EvidenceRepository {
    private final JdbcClient jdbc;

    EvidenceRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void insert(TenantId tenant, Evidence evidence) {
        jdbc.sql("""
                        insert into evidence (id, tenant_id, test_id, team, file_name, content_type, size_bytes, notes,
                            object_key, uploaded_by, uploaded_by_name, uploaded_at)
                        values (:id, :tenant, :test, :team, :name, :type, :size, :notes, :key, :by, :byName, :at)
                        """)
                .param("id", evidence.id())
                .param("tenant", tenant.value())
                .param("test", evidence.testId())
                .param("team", evidence.team().spelled())
                .param("name", evidence.fileName())
                .param("type", evidence.contentType())
                .param("size", evidence.sizeBytes())
                .param("notes", evidence.notes())
                .param("key", evidence.objectKey())
                .param("by", evidence.uploadedBy())
                .param("byName", evidence.uploadedByName())
                .param("at", Timestamp.from(evidence.uploadedAt()))
                .update();
    }

    /// @return false if it was given up meanwhile
    boolean finish(TenantId tenant, UUID id, String sha256) {
        return jdbc.sql("update evidence set sha256_hash = :sha where tenant_id = :tenant and id = :id")
                        .param("sha", sha256)
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .update()
                == 1;
    }

    void delete(UUID id) {
        jdbc.sql("delete from evidence where id = :id and sha256_hash is null")
                .param("id", id)
                .update();
    }

    int count(TenantId tenant, UUID test) {
        return jdbc.sql("select count(*) from evidence where tenant_id = :tenant and test_id = :test")
                .param("tenant", tenant.value())
                .param("test", test)
                .query(Integer.class)
                .single();
    }

    List<Evidence> list(TenantId tenant, UUID test, boolean withBlue, int offset, int limit) {
        return jdbc.sql("""
                        select * from evidence
                        where tenant_id = :tenant and test_id = :test and sha256_hash is not null
                            and (team = 'red' or :withBlue)
                        order by id offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("test", test)
                .param("withBlue", withBlue)
                .param("offset", offset)
                .param("limit", limit)
                .query(EvidenceRepository::toEvidence)
                .list();
    }

    long countSeen(TenantId tenant, UUID test, boolean withBlue) {
        return jdbc.sql("""
                        select count(*) from evidence
                        where tenant_id = :tenant and test_id = :test and sha256_hash is not null
                            and (team = 'red' or :withBlue)
                        """)
                .param("tenant", tenant.value())
                .param("test", test)
                .param("withBlue", withBlue)
                .query(Long.class)
                .single();
    }

    Optional<Evidence> find(TenantId tenant, UUID id) {
        return jdbc.sql("select * from evidence where tenant_id = :tenant and id = :id and sha256_hash is not null")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(EvidenceRepository::toEvidence)
                .optional();
    }

    /// Files that began their way to the store and never came to its end.
    List<Evidence> unfinished(Instant before, int atMost) {
        return jdbc.sql("select * from evidence where sha256_hash is null and uploaded_at < :before limit :limit")
                .param("before", Timestamp.from(before))
                .param("limit", atMost)
                .query(EvidenceRepository::toEvidence)
                .list();
    }

    private static Evidence toEvidence(ResultSet row, int number) throws SQLException {
        return new Evidence(
                row.getObject("id", UUID.class),
                row.getObject("test_id", UUID.class),
                Side.valueOf(row.getString("team").toUpperCase(Locale.ROOT)),
                row.getString("file_name"),
                row.getString("content_type"),
                row.getLong("size_bytes"),
                row.getString("sha256_hash"),
                row.getString("notes"),
                row.getString("object_key"),
                row.getObject("uploaded_by", UUID.class),
                row.getString("uploaded_by_name"),
                row.getTimestamp("uploaded_at").toInstant());
    }
}
