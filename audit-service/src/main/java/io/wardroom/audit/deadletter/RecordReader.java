package io.wardroom.audit.deadletter;

import io.wardroom.audit.deadletter.BuriedRecord.KeptHeader;
import io.wardroom.common.event.Topics;
import io.wardroom.common.tenant.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.KafkaHeaders;

/// Reads records off the topics of dead letters. Nothing in one is taken for granted: it failed for a reason.
final class RecordReader {
    /// Names the dead letter that a record was sent again from.
    static final String REPLAY_OF = "wardroom-replay-of";

    private static final String OF_THE_BURIAL = "kafka_dlt-";
    private static final int LONGEST_TEXT = 1_000;
    private static final int LONGEST_KEY = 250;
    private static final String HIDDEN = "***";

    /// Tokens and keys of ours by their prefixes, JSON web tokens, and what follows a word for a secret.
    private static final List<Pattern> SECRETS = List.of(
            Pattern.compile("\\b(?:ms|we|wr|whsec)_[A-Za-z0-9+/=_-]{6,}"),
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{6,}(?:\\.[A-Za-z0-9_-]*){1,4}"),
            Pattern.compile("(?i)(?<=\\bbearer )\\S+"),
            Pattern.compile("(?i)(?<=(?:password|passwd|secret|token|api[_-]?key)\"{0,1}[:=] {0,1})[^\\s,;}]+"));
    private static final Pattern UNSTORABLE = Pattern.compile("[\\x00\\p{Cs}]");

    private RecordReader() {}

    static BuriedRecord read(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        var headers = record.headers();
        var cause = text(headers, KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN);
        var key = record.key();
        return new BuriedRecord(
                tenant(text(headers, "ce_tenantid")),
                shown(topic(record.topic()), LONGEST_KEY),
                number(headers, KafkaHeaders.DLT_ORIGINAL_PARTITION, Integer.BYTES) instanceof Long partition
                        ? (Integer) partition.intValue()
                        : null,
                number(headers, KafkaHeaders.DLT_ORIGINAL_OFFSET, Long.BYTES),
                record.partition(),
                record.offset(),
                Instant.ofEpochMilli(Math.max(0, record.timestamp())),
                key,
                key == null ? null : shown(new String(key, StandardCharsets.UTF_8), LONGEST_KEY),
                kept(headers),
                record.value(),
                text(headers, "ce_id"),
                text(headers, "ce_type"),
                text(headers, KafkaHeaders.DLT_ORIGINAL_CONSUMER_GROUP),
                cause == null ? text(headers, KafkaHeaders.DLT_EXCEPTION_FQCN) : cause,
                text(headers, KafkaHeaders.DLT_EXCEPTION_MESSAGE),
                id(text(headers, REPLAY_OF)));
    }

    /// A text that the database can keep, cut, and without what looks like a secret.
    static String shown(String told, int longest) {
        // what is cut first cannot keep the patterns busy for long
        var cut = told.length() <= longest ? told : told.substring(0, longest);
        for (var secret : SECRETS) {
            cut = secret.matcher(cut).replaceAll(HIDDEN);
        }
        return UNSTORABLE.matcher(cut).replaceAll("\uFFFD");
    }

    /// The header says the same, but anybody who may write there could have written it.
    private static String topic(String dead) {
        return dead.substring(0, dead.length() - Topics.DEAD_LETTER_SUFFIX.length());
    }

    private static List<KeptHeader> kept(Headers headers) {
        var kept = new ArrayList<KeptHeader>();
        headers.forEach(header -> {
            if (!header.key().startsWith(OF_THE_BURIAL) && !header.key().equals(REPLAY_OF)) {
                kept.add(new KeptHeader(header.key(), header.value()));
            }
        });
        return kept;
    }

    private static TenantId tenant(@Nullable String told) {
        var id = id(told);
        return id == null ? TenantId.PLATFORM : new TenantId(id);
    }

    private static @Nullable UUID id(@Nullable String told) {
        try {
            return told == null ? null : UUID.fromString(told);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static @Nullable String text(Headers headers, String name) {
        var header = headers.lastHeader(name);
        return header == null || header.value() == null
                ? null
                : shown(new String(header.value(), StandardCharsets.UTF_8), LONGEST_TEXT);
    }

    private static @Nullable Long number(Headers headers, String name, int bytes) {
        var header = headers.lastHeader(name);
        if (header == null || header.value() == null || header.value().length != bytes) {
            return null;
        }
        var number = ByteBuffer.wrap(header.value());
        return bytes == Integer.BYTES ? (long) number.getInt() : number.getLong();
    }
}
