package io.wardroom.audit.log;

import io.wardroom.common.audit.AuditAction;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// Reads deeds off records and gives them the form in which they are kept. What PostgreSQL and RFC 8785 cannot carry is
/// mended here, once, so that what is shown, hashed and exported is the same.
@Component
class Intake {
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_ID = 250;
    private static final int LONGEST_TEXT = 16_384;
    private static final int DEEPEST = 32;
    private static final int LARGEST_DETAILS = 65_536;
    private static final int SHOWN_OF_TOO_LARGE = 4_096;
    private static final BigInteger MOST_EXACT = BigInteger.TWO.pow(53).subtract(BigInteger.ONE);
    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final Set<String> OUTCOMES = Set.of("success", "refused");
    private static final Pattern UNSTORABLE = Pattern.compile("[\\x00\\p{Cs}]");

    private final JsonMapper json;
    private final ObjectReader reader;

    Intake(JsonMapper json) {
        this.json = json;
        // a newer service may tell more than is known here
        this.reader = json.readerFor(AuditAction.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    /// @throws tools.jackson.core.JacksonException if it is no JSON of that form
    /// @throws IllegalArgumentException           if what makes a row is missing
    AuditAction read(byte[] record) {
        AuditAction told = reader.readValue(record);
        return kept(Objects.requireNonNullElseGet(told, () -> {
            throw new IllegalArgumentException("an empty record");
        }));
    }

    AuditAction kept(AuditAction told) {
        require("id", told.id());
        require("tenant_id", told.tenantId());
        require("timestamp", told.timestamp());
        if (told.timestamp().isBefore(EARLIEST) || told.timestamp().isAfter(LATEST)) {
            throw new IllegalArgumentException("a deed at " + told.timestamp());
        }
        if (!OUTCOMES.contains(require("outcome", told.outcome()))) {
            throw new IllegalArgumentException("an outcome that is neither success nor refused");
        }
        return new AuditAction(
                told.id(),
                told.tenantId(),
                mended(require("actor_type", told.actorType()), LONGEST_NAME),
                told.userId(),
                text(told.username(), LONGEST_TEXT),
                mended(require("action", told.action()), LONGEST_NAME),
                mended(require("entity_type", told.entityType()), LONGEST_NAME),
                text(told.entityId(), LONGEST_ID),
                // as PostgreSQL keeps it
                told.timestamp().truncatedTo(ChronoUnit.MICROS),
                told.outcome(),
                text(told.reason(), LONGEST_TEXT),
                text(told.sourceIp(), LONGEST_NAME),
                text(told.userAgent(), LONGEST_TEXT),
                text(told.requestId(), LONGEST_NAME),
                details(told.details()));
    }

    private Map<String, Object> details(@Nullable Map<String, Object> told) {
        if (told == null) {
            return Map.of();
        }
        var kept = object(told, 1);
        var bytes = json.writeValueAsBytes(kept).length;
        if (bytes <= LARGEST_DETAILS) {
            return kept;
        }
        return Map.of("cut_from_bytes", bytes, "beginning", mended(json.writeValueAsString(kept), SHOWN_OF_TOO_LARGE));
    }

    private Map<String, Object> object(Map<?, ?> told, int depth) {
        var kept = new LinkedHashMap<String, Object>();
        told.forEach((name, value) -> kept.put(mended(String.valueOf(name), LONGEST_TEXT), value(value, depth)));
        return kept;
    }

    // null is a value of JSON, which a map's type cannot say
    @SuppressWarnings("NullAway")
    private Object value(@Nullable Object told, int depth) {
        return switch (told) {
            case null -> null;
            case Map<?, ?> map -> depth < DEEPEST ? object(map, depth + 1) : "(nested too deeply)";
            case List<?> list ->
                depth < DEEPEST
                        ? list.stream().map(item -> value(item, depth + 1)).toList()
                        : "(nested too deeply)";
            case String text -> mended(text, LONGEST_TEXT);
            case BigDecimal number -> exact(number.doubleValue());
            case Double number -> exact(number);
            case Float number -> exact(number.doubleValue());
            case BigInteger number -> exact(number);
            case Long number -> exact(BigInteger.valueOf(number));
            default -> told;
        };
    }

    /// RFC 8785 writes numbers as a double; what does not fit into one is kept as a text (RFC 7493, section 2.2).
    private static Object exact(BigInteger number) {
        return number.abs().compareTo(MOST_EXACT) <= 0 ? number : number.toString();
    }

    private static Object exact(double number) {
        return Double.isFinite(number) ? (Object) number : Double.toString(number);
    }

    private static @Nullable String text(@Nullable String told, int longest) {
        return told == null ? null : mended(told, longest);
    }

    /// NUL and halves of surrogate pairs become U+FFFD.
    private static String mended(String told, int longest) {
        var cut = told.length() <= longest ? told : told.substring(0, longest);
        return UNSTORABLE.matcher(cut).replaceAll("\uFFFD");
    }

    private static <T> T require(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("a deed without " + name);
        }
        return value;
    }
}
