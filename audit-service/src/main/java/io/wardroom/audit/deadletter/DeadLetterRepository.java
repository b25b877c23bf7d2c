package io.wardroom.audit.deadletter;

import io.wardroom.audit.deadletter.BuriedRecord.KeptHeader;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class DeadLetterRepository {
    private static final String SEEN = """
            select id, tenant_id, topic, record_partition, record_offset, dead_at, key_text, headers,
                coalesce(octet_length(value), 0) as value_bytes, event_id, event_type, consumer_group, exception_class,
                exception_message, replay_of, replayed_at, replayed_by, sent_at
            """;
    private static final String CONDITIONS = """
            from dead_letter
            where (:tenant::uuid is null or tenant_id = :tenant::uuid)
            and (:topic::text is null or topic = :topic::text)
            and (:key::text is null or key_text = :key::text)
            and (:type::text is null or event_type = :type::text)
            and (:exception::text is null or exception_class = :exception::text)
            and (:state::text is null or :state::text = case
                when replayed_at is null then 'waiting' when sent_at is null then 'replaying' else 'replayed' end)
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    DeadLetterRepository(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// What a list is narrowed to; null means any.
    record Filter(
            @Nullable UUID tenant,
            @Nullable String topic,
            @Nullable String key,
            @Nullable String type,
            @Nullable String exception,
            @Nullable String state,
            @Nullable UUID cursor) {}

    record Page(List<DeadLetter> items, long total) {}

    /// What goes back to a topic.
    record Sendable(String topic, byte @Nullable [] key, List<KeptHeader> headers, byte @Nullable [] value) {}

    /// @return false if it is here already
    boolean insert(BuriedRecord record) {
        return jdbc.sql("""
                        insert into dead_letter (id, tenant_id, topic, record_partition, record_offset, dead_partition,
                            dead_offset, dead_at, record_key, key_text, headers, value, event_id, event_type,
                            consumer_group, exception_class, exception_message, replay_of)
                        values (:id, :tenant, :topic, :partition, :offset, :deadPartition, :deadOffset, :deadAt, :key,
                            :keyText, :headers, :value, :eventId, :eventType, :group, :exceptionClass,
                            :exceptionMessage, :replayOf)
                        on conflict do nothing
                        """)
                        .param("id", UuidV7.next())
                        .param("tenant", record.tenant().value())
                        .param("topic", record.topic())
                        .param("partition", record.partition(), Types.INTEGER)
                        .param("offset", record.offset(), Types.BIGINT)
                        .param("deadPartition", record.deadPartition())
                        .param("deadOffset", record.deadOffset())
                        .param("deadAt", Timestamp.from(record.deadAt()))
                        .param("key", record.key(), Types.BINARY)
                        .param("keyText", record.keyText(), Types.VARCHAR)
                        .param("headers", json.writeValueAsBytes(record.headers()))
                        .param("value", record.value(), Types.BINARY)
                        .param("eventId", record.eventId(), Types.VARCHAR)
                        .param("eventType", record.eventType(), Types.VARCHAR)
                        .param("group", record.consumerGroup(), Types.VARCHAR)
                        .param("exceptionClass", record.exceptionClass(), Types.VARCHAR)
                        .param("exceptionMessage", record.exceptionMessage(), Types.VARCHAR)
                        .param("replayOf", record.replayOf(), Types.OTHER)
                        .update()
                == 1;
    }

    /// Makes room: takes the oldest of a topic away until so many are left. One that is on its way stays.
    ///
    /// @return how many are gone
    int trim(String topic, int most) {
        return jdbc.sql("""
                        delete from dead_letter where topic = :topic and (replayed_at is null or sent_at is not null)
                            and id <= (select id from dead_letter where topic = :topic
                                order by id desc offset :most limit 1)
                        """).param("topic", topic).param("most", most).update();
    }

    /// Takes some of those away that are older than that.
    int forget(Instant before, int atMost) {
        return jdbc.sql("""
                        delete from dead_letter where id in (
                            select id from dead_letter where dead_at < :before
                                and (replayed_at is null or sent_at is not null)
                            order by dead_at limit :most for update skip locked)
                        """)
                .param("before", Timestamp.from(before))
                .param("most", atMost)
                .update();
    }

    Page list(Filter filter, int offset, int limit) {
        var values = values(filter);
        var items = jdbc.sql(SEEN + CONDITIONS
                        + " and (:cursor::uuid is null or id < :cursor::uuid)"
                        + " order by id desc offset :offset limit :limit")
                .params(values)
                .param("cursor", filter.cursor())
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toLetter)
                .list();
        var total = jdbc.sql("select count(*) " + CONDITIONS)
                .params(values)
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    Optional<DeadLetter> find(UUID id) {
        return jdbc.sql(SEEN + " from dead_letter where id = :id")
                .param("id", id)
                .query(this::toLetter)
                .optional();
    }

    /// Of several that ask at one time, one is told true.
    boolean claim(UUID id, Instant now, String who) {
        return jdbc.sql("""
                        update dead_letter set replayed_at = :now, replayed_by = :who
                        where id = :id and replayed_at is null
                        """)
                        .param("now", Timestamp.from(now))
                        .param("who", who)
                        .param("id", id)
                        .update()
                == 1;
    }

    Optional<Sendable> sendable(UUID id) {
        return jdbc.sql("select topic, record_key, headers, value from dead_letter where id = :id")
                .param("id", id)
                .query((row, _) -> new Sendable(
                        row.getString("topic"), row.getBytes("record_key"), headers(row), row.getBytes("value")))
                .optional();
    }

    void markSent(UUID id, Instant now) {
        jdbc.sql("update dead_letter set sent_at = :now where id = :id")
                .param("now", Timestamp.from(now))
                .param("id", id)
                .update();
    }

    private static Map<String, @Nullable Object> values(Filter filter) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("tenant", filter.tenant());
        values.put("topic", filter.topic());
        values.put("key", filter.key());
        values.put("type", filter.type());
        values.put("exception", filter.exception());
        values.put("state", filter.state());
        return values;
    }

    private DeadLetter toLetter(ResultSet row, int number) throws SQLException {
        return new DeadLetter(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("topic"),
                row.getObject("record_partition", Integer.class),
                row.getObject("record_offset", Long.class),
                row.getTimestamp("dead_at").toInstant(),
                row.getString("key_text"),
                headers(row),
                row.getInt("value_bytes"),
                row.getString("event_id"),
                row.getString("event_type"),
                row.getString("consumer_group"),
                row.getString("exception_class"),
                row.getString("exception_message"),
                row.getObject("replay_of", UUID.class),
                instant(row, "replayed_at"),
                row.getString("replayed_by"),
                instant(row, "sent_at"));
    }

    private List<KeptHeader> headers(ResultSet row) throws SQLException {
        return json.readValue(row.getBytes("headers"), new TypeReference<List<KeptHeader>>() {});
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var moment = row.getTimestamp(column);
        return moment == null ? null : moment.toInstant();
    }
}
