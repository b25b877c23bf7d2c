package io.wardroom.gateway.tenant;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.tenant.TenantView.OwnerView;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// The table of tenants.
@Repository
class TenantRepository {
    private final JdbcClient jdbc;

    TenantRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Waits for another transaction that founds a tenant of the same name.
    ///
    /// @return whether the name was free
    boolean insert(UUID id, String name, Instant createdAt) {
        return jdbc.sql("""
                        insert into tenant (id, name, created_at) values (:id, :name, :created_at)
                        on conflict do nothing
                        """)
                        .param("id", id)
                        .param("name", name)
                        .param("created_at", createdAt.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /// Puts a tenant on record that was there before its record. The first of all is called `name`, others by their id.
    void keep(TenantId tenant, String name, OwnerView owner, Instant createdAt) {
        jdbc.sql("""
                        insert into tenant (id, name, created_at, owner_id, owner_username, owner_email)
                        select :id, case when exists (select from tenant) then :other else :name end,
                            :created_at, :owner_id, :owner_username, :owner_email
                        on conflict do nothing
                        """)
                .param("id", tenant.value())
                .param("name", name)
                .param("other", tenant.toString())
                .param("created_at", createdAt.atOffset(ZoneOffset.UTC))
                .param("owner_id", owner.id())
                .param("owner_username", owner.username())
                .param("owner_email", owner.email())
                .update();
    }

    void setOwner(UUID id, OwnerView owner) {
        jdbc.sql("""
                        update tenant set owner_id = :owner_id, owner_username = :username, owner_email = :email
                        where id = :id
                        """)
                .param("id", id)
                .param("owner_id", owner.id())
                .param("username", owner.username())
                .param("email", owner.email())
                .update();
    }

    long count() {
        return jdbc.sql("select count(*) from tenant").query(Long.class).single();
    }

    List<TenantView> page(int offset, int limit) {
        return jdbc.sql("""
                        select id, name, created_at, owner_id, owner_username, owner_email from tenant
                        order by created_at, id offset :offset limit :limit
                        """)
                .param("offset", offset)
                .param("limit", limit)
                .query((row, _) -> toTenant(row))
                .list();
    }

    private static TenantView toTenant(ResultSet row) throws SQLException {
        return new TenantView(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getTimestamp("created_at").toInstant(),
                new OwnerView(
                        row.getObject("owner_id", UUID.class),
                        row.getString("owner_username"),
                        row.getString("owner_email")));
    }
}
