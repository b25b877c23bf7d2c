package io.wardroom.purple.notification;

import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.notification.Notification.Recipient;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

@Repository
class NotificationRepository {
    /// What is told to one person, with whether they read it.
    private static final String OWN = """
            from (
                select * from notification where tenant_id = :tenant and recipient_id = :user
                union all
                select * from notification where tenant_id = :tenant and role = :role
            ) n
            left join notification_reader m on m.tenant_id = :tenant and m.user_id = :user
            left join notification_read r
                on r.tenant_id = :tenant and r.user_id = :user and r.notification_id = n.id
            """;

    private static final String IS_READ = "(r.notification_id is not null or coalesce(n.id <= m.read_up_to, false))";

    private final JdbcClient jdbc;

    NotificationRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// A notification as one person has it.
    record Own(Notification notification, boolean read) {}

    void insert(Notification notification) {
        var recipient = notification.to();
        jdbc.sql("""
                        insert into notification
                            (id, tenant_id, recipient_id, role, type, title, message, test_id, created_at)
                        values (:id, :tenant, :recipient, :role, :type, :title, :message, :test, :at)
                        """)
                .param("id", notification.id())
                .param("tenant", notification.tenantId())
                .param("recipient", recipient instanceof Recipient.Person person ? person.id() : null)
                .param(
                        "role",
                        recipient instanceof Recipient.Everybody everybody
                                ? everybody.role().spelled()
                                : null)
                .param("type", notification.type())
                .param("title", notification.title())
                .param("message", notification.message())
                .param("test", notification.testId())
                .param("at", Timestamp.from(notification.createdAt()))
                .update();
    }

    /// @return the newest first
    List<Own> list(Actor actor, int offset, int limit) {
        return own(
                        "select n.*, " + IS_READ + " as is_read " + OWN
                                + "order by n.id desc offset :offset limit :limit",
                        actor)
                .param("offset", offset)
                .param("limit", limit)
                .query(NotificationRepository::toOwn)
                .list();
    }

    long count(Actor actor) {
        return own("select count(*) " + OWN, actor).query(Long.class).single();
    }

    long countUnread(Actor actor) {
        return own("select count(*) " + OWN + " where not " + IS_READ, actor)
                .query(Long.class)
                .single();
    }

    Optional<Own> find(Actor actor, UUID id) {
        return own("select n.*, " + IS_READ + " as is_read " + OWN + " where n.id = :id", actor)
                .param("id", id)
                .query(NotificationRepository::toOwn)
                .optional();
    }

    /// What came after one that is known, the oldest first.
    List<Own> after(Actor actor, UUID id, int atMost) {
        return own(
                        "select n.*, " + IS_READ + " as is_read " + OWN
                                + " where n.id > :id order by n.id limit :limit",
                        actor)
                .param("id", id)
                .param("limit", atMost)
                .query(NotificationRepository::toOwn)
                .list();
    }

    void markRead(Actor actor, UUID id) {
        jdbc.sql("""
                        insert into notification_read (tenant_id, user_id, notification_id)
                        values (:tenant, :user, :id) on conflict do nothing
                        """)
                .param("tenant", actor.tenant().value())
                .param("user", actor.id())
                .param("id", id)
                .update();
    }

    /// Marks all that there is as read, and drops the marks of single ones.
    void markAllRead(Actor actor) {
        own("""
                        insert into notification_reader (tenant_id, user_id, read_up_to)
                        select :tenant, :user, n.id
                        """ + OWN + """
                        order by n.id desc limit 1
                        on conflict (tenant_id, user_id) do update
                            set read_up_to = greatest(notification_reader.read_up_to, excluded.read_up_to)
                        """, actor).update();
        jdbc.sql("delete from notification_read where tenant_id = :tenant and user_id = :user")
                .param("tenant", actor.tenant().value())
                .param("user", actor.id())
                .update();
    }

    /// What some tenants were told since a moment, the oldest first, a page at a time.
    List<Notification> since(Collection<TenantId> tenants, Instant moment, @Nullable UUID after, int atMost) {
        return jdbc.sql("""
                        select * from notification
                        where created_at >= :moment and tenant_id = any (:tenants)
                            and (:after::uuid is null or id > :after::uuid)
                        order by id limit :limit
                        """)
                .param("moment", Timestamp.from(moment))
                .param("tenants", tenants.stream().map(TenantId::value).toArray(UUID[]::new))
                .param("after", after)
                .param("limit", atMost)
                .query(NotificationRepository::toNotification)
                .list();
    }

    int deleteBefore(Instant moment, int atMost) {
        return jdbc.sql("""
                        delete from notification where id in (
                            select id from notification where created_at < :moment order by created_at limit :limit)
                        """)
                .param("moment", Timestamp.from(moment))
                .param("limit", atMost)
                .update();
    }

    private StatementSpec own(String sql, Actor actor) {
        return jdbc.sql(sql)
                .param("tenant", actor.tenant().value())
                .param("user", actor.id())
                .param("role", actor.role().spelled());
    }

    private static Own toOwn(ResultSet row, int number) throws SQLException {
        return new Own(toNotification(row, number), row.getBoolean("is_read"));
    }

    private static Notification toNotification(ResultSet row, int number) throws SQLException {
        var role = row.getString("role");
        return new Notification(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                role == null
                        ? new Recipient.Person(row.getObject("recipient_id", UUID.class))
                        : new Recipient.Everybody(Role.valueOf(role.toUpperCase(Locale.ROOT))),
                row.getString("type"),
                row.getString("title"),
                row.getString("message"),
                row.getObject("test_id", UUID.class),
                row.getTimestamp("created_at").toInstant());
    }
}
