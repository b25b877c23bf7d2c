package io.wardroom.audit.webhook;

import io.wardroom.audit.webhook.Delivery.Status;
import io.wardroom.audit.webhook.Delivery.Try;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class DeliveryRepository {
    private static final String SELECT = """
            select d.*, m.event from webhook_delivery d join webhook_message m on m.id = d.message_id
            """;
    // of a longer body the bytes are fetched when its turn comes
    private static final int SHORT_BODY = 16 * 1024;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    DeliveryRepository(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// One that is due from now on, or is only noted.
    record Fresh(TenantId tenant, UUID webhook, UUID message, int replay, Status status, int mostAttempts) {}

    /// A delivery that a replica took upon itself.
    ///
    /// @param claim the round it was taken in
    /// @param body  null where it is long
    record Claimed(
            UUID id,
            UUID claim,
            TenantId tenant,
            UUID webhook,
            UUID message,
            String event,
            @Nullable String body,
            int attempts,
            int mostAttempts,
            URI url,
            String sealedSecret,
            @Nullable String sealedFormer,
            @Nullable Instant formerUntil) {}

    /// What became of one that was taken.
    ///
    /// @param status   pending where it is tried again
    /// @param dueAt    when
    /// @param attempts how many tries there were by now
    /// @param told     the try as JSON in an array, an empty one where there was none
    record Settled(UUID id, UUID claim, Status status, Instant dueAt, int attempts, String told) {}

    record Page(List<Delivery> items, long total) {}

    /// What a list is narrowed to; null means any.
    ///
    /// @param cursor the id behind which the list goes on
    record Filter(
            @Nullable Status status,
            @Nullable String event,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable UUID cursor) {}

    /// @return the ids of those that were not there before
    Set<UUID> insertMessages(List<Message> messages, Instant now) {
        return new HashSet<>(jdbc.sql("""
                        insert into webhook_message (id, tenant_id, event, type, body, occurred_at, stored_at)
                        select *, :now::timestamptz from unnest(:ids::uuid[], :tenants::uuid[], :events::text[], :types::text[],
                            :bodies::text[], :moments::timestamptz[])
                        on conflict (id) do nothing returning id
                        """)
                .param("now", Timestamp.from(now))
                .param("ids", messages.stream().map(Message::id).toArray(UUID[]::new))
                .param(
                        "tenants",
                        messages.stream().map(one -> one.tenant().value()).toArray(UUID[]::new))
                .param(
                        "events",
                        messages.stream().map(one -> one.event().value()).toArray(String[]::new))
                .param("types", messages.stream().map(one -> one.event().type()).toArray(String[]::new))
                .param("bodies", messages.stream().map(Message::body).toArray(String[]::new))
                .param(
                        "moments",
                        messages.stream().map(one -> one.at().toString()).toArray(String[]::new))
                .query(UUID.class)
                .list());
    }

    /// @return their ids, in the same order
    List<UUID> insert(List<Fresh> deliveries, Instant now) {
        var ids = deliveries.stream().map(_ -> UuidV7.next()).toList();
        jdbc.sql("""
                        insert into webhook_delivery (id, tenant_id, webhook_id, message_id, replay, status,
                            most_attempts, due_at, created_at, finished_at)
                        select id, tenant, webhook, message, replay, status, most, now(), :now::timestamptz,
                            case when status <> 'pending' then :now::timestamptz end
                        from unnest(:ids::uuid[], :tenants::uuid[], :webhooks::uuid[], :messages::uuid[],
                            :replays::int[], :statuses::text[], :mosts::int[])
                            as fresh (id, tenant, webhook, message, replay, status, most)
                        """)
                .param("now", Timestamp.from(now))
                .param("ids", ids.toArray(UUID[]::new))
                .param(
                        "tenants",
                        deliveries.stream().map(one -> one.tenant().value()).toArray(UUID[]::new))
                .param("webhooks", deliveries.stream().map(Fresh::webhook).toArray(UUID[]::new))
                .param("messages", deliveries.stream().map(Fresh::message).toArray(UUID[]::new))
                .param("replays", deliveries.stream().map(Fresh::replay).toArray(Integer[]::new))
                .param(
                        "statuses",
                        deliveries.stream().map(one -> one.status().spelled()).toArray(String[]::new))
                .param("mosts", deliveries.stream().map(Fresh::mostAttempts).toArray(Integer[]::new))
                .update();
        return ids;
    }

    /// Webhooks behind that one, in the order of their ids, for which something is due: found by jumping from one
    /// to the next, however much lies there for each.
    List<UUID> due(UUID behind, int most) {
        return jdbc.sql("""
                        with recursive step as (
                            (select webhook_id, due_at from webhook_delivery
                                where status = 'pending' and webhook_id > :behind
                                order by webhook_id, due_at limit 1)
                            union all
                            select next.webhook_id, next.due_at from step cross join lateral (
                                select webhook_id, due_at from webhook_delivery
                                where status = 'pending' and webhook_id > step.webhook_id
                                order by webhook_id, due_at limit 1) next)
                        select webhook_id from step where due_at <= now() limit :most
                        """)
                .param("behind", behind)
                .param("most", most)
                .query(UUID.class)
                .list();
    }

    /// Takes what is due, for as long as a lease lasts: no other replica takes it meanwhile.
    ///
    /// @param room for how many of each webhook there is room
    /// @param most of all together
    List<Claimed> claim(Map<UUID, Integer> room, int most, Duration lease) {
        var ids = List.copyOf(room.keySet());
        return jdbc.sql("""
                        with lane as (select * from unnest(:webhooks::uuid[], :rooms::int[]) as lane (webhook, room)),
                        due as (
                            select taken.id from lane
                            join webhook w on w.id = lane.webhook and w.enabled
                                and (w.paused_until is null or w.paused_until <= now())
                            cross join lateral (
                                select id from webhook_delivery
                                where webhook_id = w.id and status = 'pending' and due_at <= now()
                                order by due_at limit lane.room for update skip locked) taken
                            limit :most)
                        update webhook_delivery d
                        set claim = :claim, due_at = now() + make_interval(secs => :lease)
                        from due, webhook w, webhook_message m
                        where d.id = due.id and w.id = d.webhook_id and m.id = d.message_id
                        returning d.id, d.claim, d.tenant_id, d.webhook_id, d.message_id, d.attempts, d.most_attempts,
                            m.event, case when octet_length(m.body) <= :short then m.body end as body,
                            w.url, w.secret, w.former_secret, w.former_until
                        """)
                .param("webhooks", ids.toArray(UUID[]::new))
                .param("rooms", ids.stream().map(room::get).toArray(Integer[]::new))
                .param("most", most)
                .param("claim", UUID.randomUUID())
                .param("lease", lease.toMillis() / 1000.0)
                .param("short", SHORT_BODY)
                .query((row, _) -> new Claimed(
                        row.getObject("id", UUID.class),
                        row.getObject("claim", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("webhook_id", UUID.class),
                        row.getObject("message_id", UUID.class),
                        row.getString("event"),
                        row.getString("body"),
                        row.getInt("attempts"),
                        row.getInt("most_attempts"),
                        URI.create(row.getString("url")),
                        row.getString("secret"),
                        row.getString("former_secret"),
                        WebhookRepository.instant(row, "former_until")))
                .list();
    }

    String body(UUID message) {
        return jdbc.sql("select body from webhook_message where id = :id")
                .param("id", message)
                .query(String.class)
                .single();
    }

    /// Keeps what became of these; one that another replica took meanwhile is that replica's.
    void settle(List<Settled> settled) {
        jdbc.sql("""
                        update webhook_delivery d set
                            status = case when ended.status = 'pending' and not w.enabled then 'skipped' else ended.status end,
                            due_at = ended.due_at,
                            claim = null,
                            attempts = ended.attempts,
                            tries = d.tries || ended.told,
                            last_attempt_at = case when ended.told <> '[]' then now() else d.last_attempt_at end,
                            finished_at = case when ended.status <> 'pending' or not w.enabled then now() end
                        from unnest(:ids::uuid[], :claims::uuid[], :statuses::text[], :dues::timestamptz[],
                                :attempts::int[], :told::jsonb[])
                            as ended (id, claim, status, due_at, attempts, told), webhook w
                        where d.id = ended.id and d.claim = ended.claim and w.id = d.webhook_id
                        """)
                .param("ids", settled.stream().map(Settled::id).toArray(UUID[]::new))
                .param("claims", settled.stream().map(Settled::claim).toArray(UUID[]::new))
                .param(
                        "statuses",
                        settled.stream().map(one -> one.status().spelled()).toArray(String[]::new))
                .param(
                        "dues",
                        settled.stream().map(one -> one.dueAt().toString()).toArray(String[]::new))
                .param("attempts", settled.stream().map(Settled::attempts).toArray(Integer[]::new))
                .param("told", settled.stream().map(Settled::told).toArray(String[]::new))
                .update();
    }

    Page list(TenantId tenant, UUID webhook, Filter filter, int offset, int limit) {
        var conditions = """
                where d.tenant_id = :tenant and d.webhook_id = :webhook
                    and (:status::text is null or d.status = :status::text)
                    and (:event::text is null or m.event = :event::text)
                    and (:from::timestamptz is null or d.created_at >= :from::timestamptz)
                    and (:to::timestamptz is null or d.created_at < :to::timestamptz)
                """;
        var status = filter.status();
        var items = jdbc.sql(SELECT + conditions
                        + " and (:cursor::uuid is null or d.id < :cursor::uuid)"
                        + " order by d.id desc offset :offset limit :limit")
                .param("tenant", tenant.value())
                .param("webhook", webhook)
                .param("status", status == null ? null : status.spelled())
                .param("event", filter.event())
                .param("from", WebhookRepository.timestamp(filter.from()))
                .param("to", WebhookRepository.timestamp(filter.to()))
                .param("cursor", filter.cursor())
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toDelivery)
                .list();
        var total = jdbc.sql("select count(*) from webhook_delivery d join webhook_message m on m.id = d.message_id "
                        + conditions)
                .param("tenant", tenant.value())
                .param("webhook", webhook)
                .param("status", status == null ? null : status.spelled())
                .param("event", filter.event())
                .param("from", WebhookRepository.timestamp(filter.from()))
                .param("to", WebhookRepository.timestamp(filter.to()))
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    Optional<Delivery> find(TenantId tenant, UUID webhook, UUID id) {
        return jdbc.sql(SELECT + " where d.tenant_id = :tenant and d.webhook_id = :webhook and d.id = :id")
                .param("tenant", tenant.value())
                .param("webhook", webhook)
                .param("id", id)
                .query(this::toDelivery)
                .optional();
    }

    /// A message that can be told again, and how often it was by way of replay.
    record Replayable(UUID message, int replays) {}

    Replayable replayable(UUID webhook, UUID message) {
        return jdbc.sql("""
                        select message_id, max(replay) as replays from webhook_delivery
                        where webhook_id = :webhook and message_id = :message group by message_id
                        """)
                .param("webhook", webhook)
                .param("message", message)
                .query(DeliveryRepository::toReplayable)
                .single();
    }

    /// Messages of a stretch of time that are not on their way, in the order in which they came; tests are left
    /// out.
    ///
    /// @param takenToo also those that the receiver took
    List<Replayable> replayable(UUID webhook, Instant from, Instant to, boolean takenToo, int most) {
        return jdbc.sql("""
                        select d.message_id, max(whole.replay) as replays
                        from webhook_delivery d
                        join webhook_message m on m.id = d.message_id and m.event <> :test
                        join webhook_delivery whole on whole.message_id = d.message_id and whole.webhook_id = d.webhook_id
                        where d.webhook_id = :webhook and d.replay = 0 and d.created_at >= :from and d.created_at < :to
                        group by d.message_id, d.id
                        having not bool_or(whole.status = 'pending')
                            and (:takenToo or not bool_or(whole.status = 'delivered'))
                        order by d.id limit :most
                        """)
                .param("test", EventName.TEST)
                .param("webhook", webhook)
                .param("from", Timestamp.from(from))
                .param("to", Timestamp.from(to))
                .param("takenToo", takenToo)
                .param("most", most)
                .query(DeliveryRepository::toReplayable)
                .list();
    }

    /// Ends what waits for webhooks that are off.
    int skipOfSilent(int most) {
        return jdbc.sql("""
                        update webhook_delivery set status = 'skipped', claim = null, finished_at = now()
                        where id in (
                            select waiting.id from webhook w cross join lateral (
                                select id from webhook_delivery
                                where webhook_id = w.id and status = 'pending' and (claim is null or due_at <= now())
                                limit :most for update skip locked) waiting
                            where not w.enabled limit :most)
                        """).param("most", most).update();
    }

    /// Forgets some messages from before that moment, with their deliveries.
    int forget(Instant before, int most) {
        var old = jdbc.sql("select id from webhook_message where stored_at < :before order by stored_at limit :most")
                .param("before", Timestamp.from(before))
                .param("most", most)
                .query(UUID.class)
                .list();
        delete("delete from webhook_delivery where message_id = any (:ids)", old);
        delete("delete from webhook_message where id = any (:ids)", old);
        return old.size();
    }

    private void delete(String sql, Collection<UUID> ids) {
        jdbc.sql(sql).param("ids", ids.toArray(UUID[]::new)).update();
    }

    /// Clears away some of what is left of webhooks that were deleted before that moment.
    int clear(Instant before, int most) {
        var cleared = jdbc.sql("""
                        delete from webhook_delivery where id in (
                            select d.id from webhook w join webhook_delivery d on d.webhook_id = w.id
                            where not w.enabled and w.deleted_at < :before limit :most)
                        """)
                .param("before", Timestamp.from(before))
                .param("most", most)
                .update();
        jdbc.sql("""
                        delete from webhook w where not enabled and deleted_at < :before
                            and not exists (select from webhook_delivery d where d.webhook_id = w.id)
                        """).param("before", Timestamp.from(before)).update();
        return cleared;
    }

    private static Replayable toReplayable(ResultSet row, int number) throws SQLException {
        return new Replayable(row.getObject("message_id", UUID.class), row.getInt("replays"));
    }

    private Delivery toDelivery(ResultSet row, int number) throws SQLException {
        var status = Status.of(row.getString("status"));
        return new Delivery(
                row.getObject("id", UUID.class),
                row.getObject("webhook_id", UUID.class),
                row.getObject("message_id", UUID.class),
                row.getString("event"),
                row.getInt("replay"),
                status,
                row.getInt("attempts"),
                row.getInt("most_attempts"),
                status == Status.PENDING ? row.getTimestamp("due_at").toInstant() : null,
                row.getTimestamp("created_at").toInstant(),
                WebhookRepository.instant(row, "last_attempt_at"),
                WebhookRepository.instant(row, "finished_at"),
                json.readValue(row.getString("tries"), new TypeReference<List<Try>>() {}));
    }
}
