package io.wardroom.ingest.batch;

import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.ingest.batch.ItemFault.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/// One pass over one batch.
///
/// A `metrics` item repeats the names of its series in every batch. What stands between the values is therefore not
/// decoded: it is hashed, and only where that shape was never met are names and labels read and checked.
final class BatchReader {
    private static final int LONGEST_INSTANCE = 128;
    private static final int LONGEST_VERSION = 64;
    private static final int UUID_LENGTH = 36;

    private final JsonFactory json;
    private final byte[] body;
    private final int start;
    private final JsonParser parser;
    private final BatchLimits limits;
    private final KnownLayouts layouts;
    private final Scratch scratch;
    private final TenantId tenant;
    private final Allowance allowance;
    private final long nowMs;
    private final long oldestMs;
    private final long newestMs;

    private @Nullable UUID batchId;
    private String instanceId = "";
    private long seq;
    private long sentAtMs;
    private String agentVersion = "";
    private final List<Moment> moments = new ArrayList<>(1);
    private final Map<Long, SingleMetrics> singles = new LinkedHashMap<>(0);
    private final Map<Stream, List<byte[]>> others = new EnumMap<>(Stream.class);
    private final List<Rejection> rejected = new ArrayList<>(0);
    private boolean heartbeat;
    private boolean dated;
    private boolean itemsSeen;
    private int index = -1;
    private int accepted;
    private int samples;
    private int unknown;

    BatchReader(
            JsonFactory json,
            byte[] body,
            int start,
            JsonParser parser,
            BatchLimits limits,
            KnownLayouts layouts,
            Scratch scratch,
            TenantId tenant,
            Allowance allowance,
            Instant now) {
        this.json = json;
        this.body = body;
        this.start = start;
        this.parser = parser;
        this.limits = limits;
        this.layouts = layouts;
        this.scratch = scratch;
        this.tenant = tenant;
        this.allowance = allowance;
        this.nowMs = now.toEpochMilli();
        this.oldestMs = nowMs - limits.oldest().toMillis();
        this.newestMs = nowMs + limits.ahead().toMillis();
    }

    /// @throws JacksonException if the body is no JSON, or nested or long beyond measure
    ParsedBatch read() throws MalformedBatch {
        switch (parser.nextToken()) {
            case START_OBJECT -> envelope();
            case START_ARRAY -> items();
            case null -> throw MalformedBatch.at("body", "is empty");
            default -> throw MalformedBatch.at("body", "must be an object with items, or an array of items");
        }
        if (parser.nextToken() != null) {
            throw MalformedBatch.at("body", "goes on behind its end");
        }
        if (!itemsSeen) {
            throw MalformedBatch.at("items", "is missing");
        }
        singles.forEach((at, metrics) -> metrics.asMoment(at, tenant, layouts, allowance, this::rejectSeries)
                .ifPresent(moments::add));
        return new ParsedBatch(
                batchId,
                instanceId,
                seq,
                sentAtMs,
                agentVersion,
                moments,
                others,
                heartbeat,
                dated,
                accepted,
                rejected,
                samples,
                unknown);
    }

    /// Where the parser stands, in the words of the batch.
    String path() {
        var path = new StringBuilder();
        for (var context = parser.streamReadContext();
                context != null && !context.inRoot();
                context = context.getParent()) {
            if (context.inArray()) {
                path.insert(0, "[" + Math.max(0, context.getCurrentIndex()) + "]");
            } else if (context.currentName() != null) {
                path.insert(0, "." + Texts.excerpt(context.currentName()));
            }
        }
        if (path.isEmpty()) {
            return "body";
        }
        if (path.charAt(0) == '[') {
            return "items" + path;
        }
        return path.substring(1);
    }

    String faultOf(JacksonException broken) {
        return broken instanceof StreamConstraintsException
                ? "is nested too deep or too long"
                : "is no valid JSON, at byte %d"
                        .formatted(Math.max(0, parser.currentLocation().getByteOffset()));
    }

    private void envelope() throws MalformedBatch {
        for (var name = parser.nextName(); name != null; name = parser.nextName()) {
            var token = parser.nextToken();
            switch (name) {
                case "batch_id" -> batchId = uuid(token);
                case "instance_id" -> instanceId = line(token, name, LONGEST_INSTANCE);
                case "seq" -> seq = count(token);
                case "sent_at" -> sentAtMs = sentAt(token);
                case "agent_version" -> agentVersion = line(token, name, LONGEST_VERSION);
                case "items" -> {
                    if (token != JsonToken.START_ARRAY) {
                        throw MalformedBatch.at("items", "must be an array");
                    }
                    items();
                }
                default -> {
                    unknown++;
                    parser.skipChildren();
                }
            }
        }
    }

    private @Nullable UUID uuid(JsonToken token) throws MalformedBatch {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token == JsonToken.VALUE_STRING && parser.getStringLength() == UUID_LENGTH) {
            try {
                return UUID.fromString(parser.getString());
            } catch (IllegalArgumentException malformed) {
                throw MalformedBatch.at("batch_id", "must be a UUID");
            }
        }
        throw MalformedBatch.at("batch_id", "must be a UUID");
    }

    private String line(JsonToken token, String field, int longest) throws MalformedBatch {
        if (token == JsonToken.VALUE_NULL) {
            return "";
        }
        if (token != JsonToken.VALUE_STRING || parser.getStringLength() > longest) {
            throw MalformedBatch.at(field, "must be a text of at most %d characters".formatted(longest));
        }
        var text = parser.getString();
        if (!Texts.isLine(text)) {
            throw MalformedBatch.at(field, "must not hold control characters");
        }
        return text;
    }

    private long count(JsonToken token) throws MalformedBatch {
        if (token == JsonToken.VALUE_NULL) {
            return 0;
        }
        // eighteen digits always fit a long
        if (token != JsonToken.VALUE_NUMBER_INT || parser.getStringLength() > 18 || parser.getLongValue() < 0) {
            throw MalformedBatch.at("seq", "must be a whole number from 0 on");
        }
        return parser.getLongValue();
    }

    private long sentAt(JsonToken token) throws MalformedBatch {
        if (token == JsonToken.VALUE_NULL) {
            return 0;
        }
        var at = token == JsonToken.VALUE_STRING ? time(parser) : Rfc3339.MALFORMED;
        if (at == Rfc3339.MALFORMED) {
            throw MalformedBatch.at("sent_at", "must be a time of RFC 3339");
        }
        dated = true;
        return at;
    }

    private static long time(JsonParser from) {
        return Rfc3339.parse(from.getStringCharacters(), from.getStringOffset(), from.getStringLength());
    }

    private void items() throws MalformedBatch {
        if (itemsSeen) {
            throw MalformedBatch.at("items", "is given twice");
        }
        itemsSeen = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (++index == limits.items()) {
                throw MalformedBatch.tooLarge("items", "holds more than %d items".formatted(limits.items()));
            }
            item();
        }
    }

    private void item() {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            reject(new ItemFault(Code.NOT_AN_OBJECT, "an item must be an object"));
            return;
        }
        var depth = parser.streamReadContext().getNestingDepth();
        var from = startOfToken(parser, start);
        try {
            var name = parser.nextName();
            if ("type".equals(name) && parser.nextToken() == JsonToken.VALUE_STRING) {
                content(parser, start, parser.getString());
            } else {
                untyped(name, from);
            }
            accepted++;
        } catch (ItemFault fault) {
            reject(fault);
            while (parser.currentToken() != JsonToken.END_OBJECT
                    || parser.streamReadContext().getNestingDepth() >= depth) {
                parser.nextToken();
            }
        }
    }

    /// An item whose first field is not its type: looked through for it, then read again.
    private void untyped(@Nullable String first, int from) throws ItemFault {
        String type = null;
        var name = first;
        if ("type".equals(name)) {
            // it is no text, and the parser stands on it
            throw ItemFault.invalid("type", "must be a text");
        }
        while (name != null) {
            if (parser.nextToken() == JsonToken.VALUE_STRING && name.equals("type")) {
                type = parser.getString();
            } else {
                parser.skipChildren();
            }
            name = parser.nextName();
        }
        if (type == null) {
            throw ItemFault.invalid("type", "is missing");
        }
        var end = startOfToken(parser, start) + 1;
        try (var again = json.createParser(ObjectReadContext.empty(), body, from, end - from)) {
            again.nextToken();
            content(again, from, type);
        }
    }

    private void reject(ItemFault fault) {
        rejected.add(new Rejection(index, fault.code().name(), fault.detail()));
    }

    /// A `metric` item whose series turned out to be one too many.
    private void rejectSeries(int item) {
        rejected.add(ItemFault.tooManySeries(item));
        accepted--;
        samples--;
    }

    /// @param base where the parser's input begins in the body
    private void content(JsonParser from, int base, String type) throws ItemFault {
        switch (type) {
            case "metrics" -> metrics(from, base);
            case "metric" -> metric(from);
            case "heartbeat" -> heartbeat(from);
            default -> {
                var form = ItemForm.of(type);
                if (form == null) {
                    throw new ItemFault(Code.UNKNOWN_TYPE, "no item type " + Texts.excerpt(type));
                }
                var copied = form.copy(json, from, nowMs, this::timeOf);
                if (copied.json().length > limits.itemBytes()) {
                    throw tooLarge();
                }
                unknown += copied.unknown();
                others.computeIfAbsent(form.stream(), _ -> new ArrayList<>()).add(copied.json());
            }
        }
    }

    private ItemFault tooLarge() {
        return new ItemFault(Code.ITEM_TOO_LARGE, "an item may have at most %d bytes".formatted(limits.itemBytes()));
    }

    private void heartbeat(JsonParser from) {
        for (var name = from.nextName(); name != null; name = from.nextName()) {
            from.nextToken();
            from.skipChildren();
        }
        heartbeat = true;
    }

    private void metrics(JsonParser from, int base) throws ItemFault {
        if (!allowance.hasRoom()) {
            throw ItemFault.noRoom();
        }
        var capturedAt = nowMs;
        var count = -1;
        var samplesFrom = 0;
        var samplesTo = 0;
        for (var name = from.nextName(); name != null; name = from.nextName()) {
            var token = from.nextToken();
            switch (name) {
                case "captured_at" -> capturedAt = timeOf(from, name);
                case "samples" -> {
                    if (token != JsonToken.START_ARRAY || count >= 0) {
                        throw ItemFault.invalid(name, count >= 0 ? "is given twice" : "must be an array");
                    }
                    samplesFrom = startOfToken(from, base);
                    count = values(from, base, samplesFrom);
                    samplesTo = startOfToken(from, base) + 1;
                }
                default -> skip(from, name);
            }
        }
        if (count < 0) {
            throw ItemFault.invalid("samples", "is missing");
        }
        if (count == 0) {
            return;
        }
        // its layout becomes one record, which is never longer than the JSON it was read from
        if (samplesTo - samplesFrom > limits.itemBytes()) {
            throw tooLarge();
        }
        scratch.addToShape(body, scratch.shapeFrom, samplesTo);
        var layout = layout(samplesFrom, samplesTo);
        samples += count;
        moments.add(new Moment(layout, capturedAt, ValueCodec.pack(scratch.values, count)));
    }

    /// The layout of the item whose shape lies in the scratch.
    private MomentLayout layout(int samplesFrom, int samplesTo) throws ItemFault {
        var recent = layouts.findRecent(scratch);
        if (recent != null) {
            return recent;
        }
        var shape = scratch.digestOfShape();
        var known = layouts.find(shape);
        if (known != null) {
            layouts.rememberRecent(scratch, known);
            return known;
        }
        var series = series(samplesFrom, samplesTo);
        if (!allowance.admits(series)) {
            throw ItemFault.tooManySeries();
        }
        return new MomentLayout.Unpublished(series.id(tenant), shape, series);
    }

    /// Collects the values of a `samples` array and, in the scratch's shape, all of it that is no value.
    ///
    /// @return how many samples
    private int values(JsonParser from, int base, int arrayStart) throws ItemFault {
        scratch.beginShape(
                tenant.value().getMostSignificantBits(), tenant.value().getLeastSignificantBits());
        scratch.shapeFrom = arrayStart;
        var count = 0;
        while (from.nextToken() != JsonToken.END_ARRAY) {
            if (from.currentToken() != JsonToken.START_OBJECT) {
                throw ItemFault.invalid("samples[%d]".formatted(count), "must be an object");
            }
            if (count == limits.itemSamples() || samples + count == limits.samples()) {
                throw new ItemFault(
                        Code.TOO_MANY_SAMPLES,
                        "an item may hold %d samples, a batch %d".formatted(limits.itemSamples(), limits.samples()));
            }
            var valued = false;
            for (var name = from.nextName(); name != null; name = from.nextName()) {
                from.nextToken();
                if (name.equals("value")) {
                    scratch.setValue(count, number(from, count));
                    var at = startOfToken(from, base);
                    scratch.addToShape(body, scratch.shapeFrom, at);
                    scratch.shapeFrom = at + from.getStringLength();
                    valued = true;
                } else {
                    from.skipChildren();
                }
            }
            if (!valued) {
                throw ItemFault.invalid("samples[%d].value".formatted(count), "is missing");
            }
            count++;
        }
        return count;
    }

    private static double number(JsonParser from, int sample) throws ItemFault {
        if (!from.currentToken().isNumeric()) {
            throw ItemFault.invalid(sample < 0 ? "value" : "samples[%d].value".formatted(sample), "must be a number");
        }
        var value = from.getDoubleValue();
        if (!Double.isFinite(value)) {
            throw new ItemFault(
                    Code.VALUE_OUT_OF_RANGE,
                    (sample < 0 ? "value" : "samples[%d].value".formatted(sample)) + " is beyond a double");
        }
        return value;
    }

    /// Names and labels of a `samples` array whose shape is new.
    private SeriesLayout series(int from, int to) throws ItemFault {
        var all = new ArrayList<SeriesName>();
        var met = new HashSet<SeriesName>();
        try (var again = json.createParser(ObjectReadContext.empty(), body, from, to - from)) {
            again.nextToken();
            while (again.nextToken() != JsonToken.END_ARRAY) {
                String metric = null;
                SortedMap<String, String> labels = new TreeMap<>();
                var place = "samples[%d].".formatted(all.size());
                for (var name = again.nextName(); name != null; name = again.nextName()) {
                    again.nextToken();
                    switch (name) {
                        case "name" -> metric = metricName(again, place);
                        case "labels" -> labels = labels(again, place);
                        case "value" -> again.skipChildren();
                        default -> skip(again, name);
                    }
                }
                if (metric == null) {
                    throw ItemFault.invalid(place + "name", "is missing");
                }
                var one = new SeriesName(metric, labels);
                if (!met.add(one)) {
                    throw new ItemFault(Code.DUPLICATE_SERIES, place + "name and labels stand in this item already");
                }
                all.add(one);
            }
        }
        return new SeriesLayout(all);
    }

    private void metric(JsonParser from) throws ItemFault {
        if (!allowance.hasRoom()) {
            throw ItemFault.noRoom();
        }
        String metric = null;
        SortedMap<String, String> labels = new TreeMap<>();
        var value = Double.NaN;
        var capturedAt = nowMs;
        for (var name = from.nextName(); name != null; name = from.nextName()) {
            from.nextToken();
            switch (name) {
                case "name" -> metric = metricName(from, "");
                case "value" -> value = number(from, -1);
                case "captured_at" -> capturedAt = timeOf(from, name);
                case "labels" -> labels = labels(from, "");
                default -> skip(from, name);
            }
        }
        if (metric == null || Double.isNaN(value)) {
            throw ItemFault.invalid(metric == null ? "name" : "value", "is missing");
        }
        if (samples == limits.samples()) {
            throw new ItemFault(Code.TOO_MANY_SAMPLES, "a batch may hold %d samples".formatted(limits.samples()));
        }
        var moment = singles.computeIfAbsent(capturedAt, _ -> new SingleMetrics());
        var one = new SeriesName(metric, labels);
        if (!moment.fits(one, limits.itemBytes())) {
            throw new ItemFault(
                    Code.ITEM_TOO_LARGE,
                    "the names of one time may have at most %d bytes".formatted(limits.itemBytes()));
        }
        if (!moment.add(one, value, index)) {
            throw new ItemFault(
                    Code.DUPLICATE_SERIES, "the same name and labels stand in this batch for this time already");
        }
        samples++;
    }

    private String metricName(JsonParser from, String place) throws ItemFault {
        if (from.currentToken() != JsonToken.VALUE_STRING
                || from.getStringLength() == 0
                || from.getStringLength() > limits.nameLength()) {
            throw ItemFault.invalid(
                    place + "name", "must be a text of 1 to %d characters".formatted(limits.nameLength()));
        }
        var name = from.getString();
        if (!Texts.isLine(name)) {
            throw ItemFault.invalid(place + "name", "must not hold control characters");
        }
        return name;
    }

    private SortedMap<String, String> labels(JsonParser from, String place) throws ItemFault {
        var labels = new TreeMap<String, String>();
        if (from.currentToken() == JsonToken.VALUE_NULL) {
            return labels;
        }
        if (from.currentToken() != JsonToken.START_OBJECT) {
            throw ItemFault.invalid(place + "labels", "must be an object of texts");
        }
        for (var key = from.nextName(); key != null; key = from.nextName()) {
            from.nextToken();
            if (key.isEmpty() || key.length() > limits.labelLength() || !Texts.isLine(key)) {
                throw ItemFault.invalid(
                        place + "labels",
                        "must have keys of 1 to %d characters, none a control character"
                                .formatted(limits.labelLength()));
            }
            if (from.currentToken() != JsonToken.VALUE_STRING || from.getStringLength() > 2 * limits.labelLength()) {
                throw ItemFault.invalid(
                        place + "labels",
                        "must have texts of at most %d characters".formatted(2 * limits.labelLength()));
            }
            var value = from.getString();
            if (!Texts.isLine(value)) {
                throw ItemFault.invalid(place + "labels", "must not hold control characters");
            }
            if (labels.put(key, value) != null) {
                throw ItemFault.invalid(place + "labels", "gives one key twice");
            }
            if (labels.size() > limits.labels()) {
                throw ItemFault.invalid(place + "labels", "may be at most %d".formatted(limits.labels()));
            }
        }
        return labels;
    }

    private long timeOf(JsonParser from, String field) throws ItemFault {
        if (from.currentToken() == JsonToken.VALUE_NULL) {
            return nowMs;
        }
        var at = from.currentToken() == JsonToken.VALUE_STRING ? time(from) : Rfc3339.MALFORMED;
        if (at == Rfc3339.MALFORMED) {
            throw ItemFault.invalid(field, "must be a time of RFC 3339");
        }
        if (at < oldestMs || at > newestMs) {
            throw new ItemFault(
                    Code.TIME_OUT_OF_RANGE,
                    "%s is %s".formatted(field, at < oldestMs ? "too long ago" : "too far ahead"));
        }
        dated = true;
        return at;
    }

    private void skip(JsonParser from, String name) {
        if (!name.equals("type")) {
            unknown++;
        }
        from.skipChildren();
    }

    private static int startOfToken(JsonParser from, int base) {
        return base + (int) from.currentTokenLocation().getByteOffset();
    }
}
