package io.wardroom.audit.webhook;

import io.wardroom.common.tenant.TenantId;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// Whoever locks a webhook and its deliveries locks the webhook first.
@Repository
class WebhookRepository {
    private final JdbcClient jdbc;

    WebhookRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Page(List<Webhook> items, long total) {}

    /// What of a webhook says whether it is told.
    record Listening(
            UUID id,
            TenantId tenant,
            List<String> events,
            boolean enabled,
            @Nullable Instant disabledAt,
            Instant createdAt) {}

    void insert(Webhook webhook) {
        jdbc.sql("""
                        insert into webhook
                            (id, tenant_id, url, description, events, secret, enabled, created_by, created_at, updated_at)
                        values (:id, :tenant, :url, :description, :events, :secret, :enabled, :createdBy, :createdAt,
                            :updatedAt)
                        """).params(values(webhook)).update();
    }

    long count(TenantId tenant) {
        return jdbc.sql("select count(*) from webhook where tenant_id = :tenant and deleted_at is null")
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
    }

    Page list(TenantId tenant, int offset, int limit) {
        var items = jdbc.sql("""
                        select * from webhook where tenant_id = :tenant and deleted_at is null
                        order by id desc offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("offset", offset)
                .param("limit", limit)
                .query(WebhookRepository::toWebhook)
                .list();
        return new Page(items, count(tenant));
    }

    Optional<Webhook> find(TenantId tenant, UUID id) {
        return find(tenant, id, "");
    }

    /// Holds it until the running transaction ends.
    Optional<Webhook> findForChange(TenantId tenant, UUID id) {
        return find(tenant, id, "for no key update");
    }

    private Optional<Webhook> find(TenantId tenant, UUID id, String lock) {
        return jdbc.sql("select * from webhook where tenant_id = :tenant and id = :id and deleted_at is null " + lock)
                .param("tenant", tenant.value())
                .param("id", id)
                .query(WebhookRepository::toWebhook)
                .optional();
    }

    void update(Webhook webhook) {
        jdbc.sql("""
                        update webhook set url = :url, description = :description, events = :events, secret = :secret,
                            former_secret = :formerSecret, former_until = :formerUntil, enabled = :enabled,
                            disabled_at = :disabledAt, disabled_reason = :disabledReason, paused_until = :pausedUntil,
                            failing_since = :failingSince, updated_at = :updatedAt
                        where tenant_id = :tenant and id = :id
                        """).params(values(webhook)).update();
    }

    /// Nobody sees it from now on, and its secrets are gone at once.
    void delete(TenantId tenant, UUID id, Instant now) {
        jdbc.sql("""
                        update webhook set deleted_at = :now, enabled = false, secret = '', former_secret = null
                        where tenant_id = :tenant and id = :id
                        """)
                .param("now", Timestamp.from(now))
                .param("tenant", tenant.value())
                .param("id", id)
                .update();
    }

    /// The webhooks of these tenants; those that are off as long as they were not before that moment.
    List<Listening> listening(Collection<TenantId> tenants, Instant offSince) {
        return jdbc.sql("""
                        select id, tenant_id, events, enabled, disabled_at, created_at from webhook
                        where tenant_id = any (:tenants) and deleted_at is null
                            and (enabled or disabled_at >= :offSince)
                        """)
                .param("tenants", tenants.stream().map(TenantId::value).toArray(UUID[]::new))
                .param("offSince", Timestamp.from(offSince))
                .query((row, _) -> new Listening(
                        row.getObject("id", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        texts(row, "events"),
                        row.getBoolean("enabled"),
                        instant(row, "disabled_at"),
                        row.getTimestamp("created_at").toInstant()))
                .list();
    }

    /// Holds these until the running transaction ends: two replicas that judge the same ones wait for each other
    /// instead of locking up.
    void hold(Collection<UUID> ids) {
        jdbc.sql("select id from webhook where id = any (:ids) order by id for no key update")
                .param("ids", ids.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }

    /// Notes that these took something, the first time in a while or behind failures.
    void noteSuccess(Collection<UUID> ids, Instant now) {
        jdbc.sql("""
                        update webhook set last_success_at = :now, failing_since = null where id in (
                            select id from webhook where id = any (:ids)
                                and (failing_since is not null or last_success_at is null
                                    or last_success_at < :now::timestamptz - interval '10 s')
                            order by id for no key update)
                        """)
                .param("now", Timestamp.from(now))
                .param("ids", ids.toArray(UUID[]::new))
                .update();
    }

    /// Notes a failure.
    ///
    /// @param pausedUntil until when the receiver asks to be left alone
    /// @return since when it has been failing
    Instant noteFailure(UUID id, Instant now, @Nullable Instant pausedUntil) {
        return jdbc.sql("""
                        update webhook set failing_since = coalesce(failing_since, :now::timestamptz), last_failure_at = :now,
                            paused_until = greatest(paused_until, :pausedUntil::timestamptz)
                        where id = :id returning failing_since
                        """)
                .param("now", Timestamp.from(now))
                .param("pausedUntil", timestamp(pausedUntil))
                .param("id", id)
                .query((row, _) -> row.getTimestamp(1).toInstant())
                .optional()
                .orElse(now);
    }

    /// @return false if it is off already
    boolean disable(UUID id, String reason, Instant now) {
        return jdbc.sql("""
                        update webhook set enabled = false, disabled_at = :now, disabled_reason = :reason
                        where id = :id and enabled and deleted_at is null
                        """)
                        .param("now", Timestamp.from(now))
                        .param("reason", reason)
                        .param("id", id)
                        .update()
                == 1;
    }

    /// Some whose secrets were closed with an older key than this, held until the transaction ends.
    List<Webhook> closedWithout(String newestKey, int most) {
        return jdbc.sql("""
                        select * from webhook where deleted_at is null
                            and (not starts_with(secret, :key)
                                or former_secret is not null and not starts_with(former_secret, :key))
                        order by id limit :most for no key update
                        """)
                .param("key", newestKey)
                .param("most", most)
                .query(WebhookRepository::toWebhook)
                .list();
    }

    void keepSecrets(UUID id, String secret, @Nullable String former) {
        jdbc.sql("update webhook set secret = :secret, former_secret = :former where id = :id")
                .param("secret", secret)
                .param("former", former)
                .param("id", id)
                .update();
    }

    private static Map<String, @Nullable Object> values(Webhook webhook) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("id", webhook.id());
        values.put("tenant", webhook.tenant().value());
        values.put("url", webhook.url().toString());
        values.put("description", webhook.description());
        values.put("events", webhook.events().toArray(String[]::new));
        values.put("secret", webhook.sealedSecret());
        values.put("formerSecret", webhook.sealedFormer());
        values.put("formerUntil", timestamp(webhook.formerUntil()));
        values.put("enabled", webhook.enabled());
        values.put("disabledAt", timestamp(webhook.disabledAt()));
        values.put("disabledReason", webhook.disabledReason());
        values.put("pausedUntil", timestamp(webhook.pausedUntil()));
        values.put("failingSince", timestamp(webhook.failingSince()));
        values.put("createdBy", webhook.createdBy());
        values.put("createdAt", Timestamp.from(webhook.createdAt()));
        values.put("updatedAt", Timestamp.from(webhook.updatedAt()));
        return values;
    }

    private static Webhook toWebhook(ResultSet row, int number) throws SQLException {
        return new Webhook(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                URI.create(row.getString("url")),
                row.getString("description"),
                texts(row, "events"),
                row.getString("secret"),
                row.getString("former_secret"),
                instant(row, "former_until"),
                row.getBoolean("enabled"),
                instant(row, "disabled_at"),
                row.getString("disabled_reason"),
                instant(row, "paused_until"),
                instant(row, "failing_since"),
                instant(row, "last_success_at"),
                instant(row, "last_failure_at"),
                row.getObject("created_by", UUID.class),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var moment = row.getTimestamp(column);
        return moment == null ? null : moment.toInstant();
    }

    static @Nullable Timestamp timestamp(@Nullable Instant moment) {
        return moment == null ? null : Timestamp.from(moment);
    }
}
