package io.wardroom.ingest.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class BatchParserTest {
    private static final TenantId TENANT = new TenantId(UUID.fromString("019a0000-0000-7000-8000-00000000000a"));
    private static final Instant NOW = Instant.parse("2026-01-31T09:15:00Z");
    private static final BatchLimits LIMITS = new BatchLimits(
            DataSize.ofMegabytes(4),
            50,
            100,
            60,
            4,
            255,
            128,
            DataSize.ofKilobytes(8),
            Duration.ofDays(7),
            Duration.ofDays(1));

    private final KnownLayouts layouts = new KnownLayouts(100);
    private final BatchParser parser = new BatchParser(LIMITS, layouts);

    @Test
    void readsABatchOfEveryKindOfItem() throws Exception {
        var batch = parse("""
                {"batch_id":"019a0000-0000-7000-8000-000000000001","instance_id":"i-1","seq":7,"sent_at":"2026-01-31T09:14:59.5Z",
                 "agent_version":"1.2.3","items":[
                  {"type":"metrics","captured_at":"2026-01-31T09:14:45Z","samples":[
                    {"name":"system.cpu.utilization","value":0.25,"labels":{"mode":"user","cpu":"0"}},
                    {"name":"system.uptime","value":1234567}]},
                  {"type":"metric","name":"a","value":-1.5e3,"captured_at":"2026-01-31T09:14:00Z","labels":{"x":"y"}},
                  {"type":"metric","name":"b","value":2,"captured_at":"2026-01-31T09:14:00Z"},
                  {"type":"heartbeat"},
                  {"type":"inventory","section":"packages","data":[{"name":"bash","version":"5.2"}],"truncated":true,"total":9000},
                  {"type":"alert","category":"disk","severity":"high","title":"full","detail":"98 %%\\nof /","detected_at":"2026-01-31T09:00:00Z"},
                  {"type":"honeypot_event","path":"/root/.canary","action":"open","process_name":"cat","process_pid":42},
                  {"type":"process_dna","pid":1,"name":"init","exe_path":"/sbin/init","exe_sha256":"%s","observed_at":"2026-01-31T09:00:00Z"},
                  {"type":"connection","remote_ip":"192.0.2.1","remote_port":443,"protocol":"tcp"},
                  {"type":"processes","items":[{"pid":1,"cpu":0.5}]}]}""".formatted("ab".repeat(32)));

        assertThat(batch.rejected()).isEmpty();
        assertThat(batch.accepted()).isEqualTo(10);
        assertThat(batch.batchId()).isEqualTo(UUID.fromString("019a0000-0000-7000-8000-000000000001"));
        assertThat(batch.instanceId()).isEqualTo("i-1");
        assertThat(batch.seq()).isEqualTo(7);
        assertThat(batch.sentAtMs())
                .isEqualTo(Instant.parse("2026-01-31T09:14:59.5Z").toEpochMilli());
        assertThat(batch.agentVersion()).isEqualTo("1.2.3");
        assertThat(batch.heartbeat()).isTrue();
        assertThat(batch.dated()).isTrue();
        assertThat(batch.samples()).isEqualTo(4);
        assertThat(batch.moments()).hasSize(2);
        assertThat(seriesOf(batch.moments().get(0)))
                .containsExactly(
                        series("system.cpu.utilization", Map.of("cpu", "0", "mode", "user")),
                        series("system.uptime", Map.of()));
        assertThat(ValueCodec.unpack(batch.moments().get(0).values(), 2)).containsExactly(0.25, 1234567);
        assertThat(batch.moments().get(0).capturedAtMs())
                .isEqualTo(Instant.parse("2026-01-31T09:14:45Z").toEpochMilli());
        assertThat(seriesOf(batch.moments().get(1)))
                .containsExactly(series("a", Map.of("x", "y")), series("b", Map.of()));
        assertThat(ValueCodec.unpack(batch.moments().get(1).values(), 2)).containsExactly(-1500, 2);
        assertThat(texts(batch, Stream.INVENTORY))
                .containsExactly(
                        "{\"type\":\"inventory\",\"section\":\"packages\",\"data\":[{\"name\":\"bash\",\"version\":\"5.2\"}],\"truncated\":true,\"total\":9000,\"observed_at\":\"2026-01-31T09:15:00Z\"}");
        assertThat(texts(batch, Stream.ALERTS))
                .containsExactly(
                        "{\"type\":\"alert\",\"category\":\"disk\",\"severity\":\"high\",\"title\":\"full\",\"detail\":\"98 %\\nof /\",\"detected_at\":\"2026-01-31T09:00:00Z\"}");
        assertThat(texts(batch, Stream.SIGNALS))
                .hasSize(4)
                .last()
                .asString()
                .contains("\"items\":[{\"pid\":1,\"cpu\":0.5}]");
    }

    @Test
    void takesABareArrayAndItemsWhoseTypeComesLast() throws Exception {
        var batch = parse("""
                 [{"captured_at":"2026-01-31T09:14:45Z","samples":[{"value":1,"name":"a"},{"labels":{"é":"漢"},"name":"b","value":2.5}],"type":"metrics"},
                 {"name":"c","type":"metric","value":3},{"x":{"type":"no"},"type":"heartbeat"}]""");

        assertThat(batch.rejected()).isEmpty();
        assertThat(batch.batchId()).isNull();
        assertThat(seriesOf(batch.moments().get(0)))
                .containsExactly(series("a", Map.of()), series("b", Map.of("é", "漢")));
        assertThat(ValueCodec.unpack(batch.moments().get(0).values(), 2)).containsExactly(1, 2.5);
        assertThat(batch.moments().get(1).capturedAtMs()).isEqualTo(NOW.toEpochMilli());
        assertThat(batch.heartbeat()).isTrue();
    }

    @Test
    void aLayoutThatWasPublishedIsKnownAgainWhateverTheValues() throws Exception {
        var first = parse(samples("1", "2")).moments().getFirst();
        assertThat(first.layout()).isInstanceOf(MomentLayout.Unpublished.class);
        layouts.learn((MomentLayout.Unpublished) first.layout());

        var again = parse(samples("-17.25", "4e-3")).moments().getFirst();

        assertThat(again.layout())
                .isEqualTo(new MomentLayout.Published(first.layout().id()));
        assertThat(ValueCodec.unpack(again.values(), 2)).containsExactly(-17.25, 0.004);
        var otherTenant = new TenantId(UUID.randomUUID());
        var foreign = samples("1", "2").getBytes(UTF_8);
        assertThat(parser.parse(foreign, foreign.length, otherTenant, Allowance.UNLIMITED, NOW)
                        .moments()
                        .getFirst()
                        .layout())
                .isInstanceOf(MomentLayout.Unpublished.class);
        assertThat(parse(samples("1", "2").replace("\"b\"", "\"c\""))
                        .moments()
                        .getFirst()
                        .layout())
                .isInstanceOf(MomentLayout.Unpublished.class);
    }

    /// Names, labels, their order and the place of `value` are chosen at random: a shape that is known must always
    /// stand for the very series the item names.
    @Test
    void aKnownShapeNeverStandsForOtherSeries() throws Exception {
        var random = new Random(42);
        for (var i = 0; i < 3_000; i++) {
            var count = 1 + random.nextInt(3);
            var item = IntStream.range(0, count)
                    .mapToObj(n -> {
                        var name = "\"name\":\"" + "ab".charAt(random.nextInt(2)) + n + "\"";
                        var value = "\"value\":"
                                + List.of("1", "12", "1.5", "-3", "0").get(random.nextInt(5));
                        var labels = "\"labels\":{\"k\":\"" + random.nextInt(2) + "\"}";
                        var fields =
                                new ArrayList<>(List.of(name, value, labels).subList(0, 2 + random.nextInt(2)));
                        Collections.shuffle(fields, random);
                        return "{" + String.join(random.nextBoolean() ? "," : ", ", fields) + "}";
                    })
                    .collect(Collectors.joining(",", "[{\"type\":\"metrics\",\"samples\":[", "]}]"));

            var moment = parse(item).moments().getFirst();
            var fresh = new BatchParser(LIMITS, new KnownLayouts(10))
                    .parse(item.getBytes(UTF_8), item.getBytes(UTF_8).length, TENANT, Allowance.UNLIMITED, NOW)
                    .moments()
                    .getFirst();

            assertThat(moment.layout().id()).as(item).isEqualTo(fresh.layout().id());
            assertThat(moment.values()).isEqualTo(fresh.values());
            if (moment.layout() instanceof MomentLayout.Unpublished unpublished) {
                layouts.learn(unpublished);
            }
        }
        assertThat(layouts.size()).isGreaterThan(50);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    17                                                                          | NOT_AN_OBJECT      | an object
                    [[{"type":"heartbeat"}]]                                                    | NOT_AN_OBJECT      | an object
                    {}                                                                          | VALIDATION_ERROR   | type is missing
                    {"type":5,"x":[{"y":1}]}                                                    | VALIDATION_ERROR   | type must be a text
                    {"type":{"a":[1]}}                                                          | VALIDATION_ERROR   | type must be a text
                    {"type":"no-such-type"}                                                     | UNKNOWN_TYPE       | no item type no-such-type
                    {"type":"metric","value":1}                                                 | VALIDATION_ERROR   | name is missing
                    {"type":"metric","name":"","value":1}                                       | VALIDATION_ERROR   | name must be
                    {"type":"metric","name":"a"}                                                | VALIDATION_ERROR   | value is missing
                    {"type":"metric","name":"a","value":"1"}                                    | VALIDATION_ERROR   | value must be a number
                    {"type":"metric","name":"a","value":null}                                   | VALIDATION_ERROR   | value must be a number
                    {"type":"metric","name":"a","value":1e999}                                  | VALUE_OUT_OF_RANGE | beyond a double
                    {"type":"metric","name":"a\\u0000","value":1}                               | VALIDATION_ERROR   | control characters
                    {"type":"metric","name":"\\ud800","value":1}                                | VALIDATION_ERROR   | control characters
                    {"type":"metric","name":"a","value":1,"labels":[1,{"a":2}]}                 | VALIDATION_ERROR   | labels must be an object
                    {"type":"metric","name":"a","value":1,"labels":{"a":1}}                     | VALIDATION_ERROR   | labels must have texts
                    {"type":"metric","name":"a","value":1,"labels":{"a":"\\n"}}                 | VALIDATION_ERROR   | control characters
                    {"type":"metric","name":"a","value":1,"labels":{"a":"","a":""}}             | VALIDATION_ERROR   | one key twice
                    {"type":"metric","name":"a","value":1,"labels":{"1":"","2":"","3":"","4":"","5":""}} | VALIDATION_ERROR | at most 4
                    {"type":"metric","name":"a","value":1,"captured_at":"yesterday"}            | VALIDATION_ERROR   | captured_at must be a time
                    {"type":"metric","name":"a","value":1,"captured_at":1767225600}             | VALIDATION_ERROR   | captured_at must be a time
                    {"type":"metric","name":"a","value":1,"captured_at":"2026-01-24T09:14:59Z"} | TIME_OUT_OF_RANGE  | too long ago
                    {"type":"metric","name":"a","value":1,"captured_at":"2026-02-01T09:15:01Z"} | TIME_OUT_OF_RANGE  | too far ahead
                    {"type":"metrics"}                                                          | VALIDATION_ERROR   | samples is missing
                    {"type":"metrics","samples":{}}                                             | VALIDATION_ERROR   | samples must be an array
                    {"type":"metrics","samples":[],"samples":[]}                                | VALIDATION_ERROR   | samples is given twice
                    {"type":"metrics","samples":[7]}                                            | VALIDATION_ERROR   | samples[0] must be an object
                    {"type":"metrics","samples":[{"name":"a","value":1},{"name":"b"}]}          | VALIDATION_ERROR   | samples[1].value is missing
                    {"type":"metrics","samples":[{"name":"a","value":{"b":[1]}}]}               | VALIDATION_ERROR   | samples[0].value must be a number
                    {"type":"metrics","samples":[{"name":"a","value":-1e400}]}                  | VALUE_OUT_OF_RANGE | samples[0].value is beyond
                    {"type":"metrics","samples":[{"value":1}]}                                  | VALIDATION_ERROR   | samples[0].name is missing
                    {"type":"metrics","samples":[{"name":"a","value":1},{"name":"a","value":2}]}| DUPLICATE_SERIES   | samples[1]
                    {"type":"inventory","data":[]}                                              | VALIDATION_ERROR   | section is missing
                    {"type":"inventory","section":"Packages!","data":[]}                        | VALIDATION_ERROR   | section must be a word
                    {"type":"inventory","section":"users","data":["a\\u0000b"]}                 | VALIDATION_ERROR   | data must hold texts
                    {"type":"inventory","section":"users","data":[1e400]}                       | VALUE_OUT_OF_RANGE | data holds a number
                    {"type":"inventory","section":"users","data":1,"data":2}                    | VALIDATION_ERROR   | data is given twice
                    {"type":"inventory","section":"users","data":[],"truncated":"yes"}          | VALIDATION_ERROR   | truncated must be true or false
                    {"type":"inventory","section":"users","data":[],"total":-1}                 | VALIDATION_ERROR   | total must be a whole number
                    {"type":"alert","category":"disk","severity":"bad","title":"t"}             | VALIDATION_ERROR   | severity must be one of
                    {"type":"alert","category":"disk","severity":"high","title":"a\\u001bb"}    | VALIDATION_ERROR   | title must not
                    {"type":"process_dna","pid":-1,"name":"a"}                                  | VALIDATION_ERROR   | pid must be a whole number
                    {"type":"process_dna","pid":1,"name":"a","exe_sha256":"zz"}                 | VALIDATION_ERROR   | exe_sha256 must be
                    {"type":"connection"}                                                       | VALIDATION_ERROR   | says nothing
                    """)
    void aBadItemIsRejectedAndTheGoodOnesStay(String bad, String code, String detail) throws Exception {
        var item = bad.equals("[[{\"type\":\"heartbeat\"}]]") ? "[{\"type\":\"heartbeat\"}]" : bad;
        var batch = parse("[{\"type\":\"metric\",\"name\":\"good\",\"value\":1}," + item
                + ",{\"type\":\"metrics\",\"samples\":[{\"name\":\"last\",\"value\":2}]},{\"type\":\"heartbeat\"}]");

        assertThat(batch.accepted()).isEqualTo(3);
        assertThat(batch.heartbeat()).isTrue();
        assertThat(batch.moments()).hasSize(2);
        assertThat(batch.others()).isEmpty();
        assertThat(batch.rejected()).hasSize(1);
        assertThat(batch.rejected().getFirst().index()).isEqualTo(1);
        assertThat(batch.rejected().getFirst().code()).isEqualTo(code);
        assertThat(batch.rejected().getFirst().detail()).contains(detail);
    }

    @Test
    void theSameSeriesTwiceAtOneTimeIsRejectedAndAtAnotherTimeTaken() throws Exception {
        var batch = parse("""
                [{"type":"metric","name":"a","value":1,"captured_at":"2026-01-31T09:00:00Z"},
                 {"type":"metric","name":"a","value":2,"captured_at":"2026-01-31T09:00:00Z"},
                 {"type":"metric","name":"a","value":3,"captured_at":"2026-01-31T09:00:15Z"}]""");

        assertThat(batch.moments()).hasSize(2);
        assertThat(batch.rejected()).singleElement().extracting(Rejection::code).isEqualTo("DUPLICATE_SERIES");
    }

    @Test
    void itemsAndSamplesAreBounded() throws Exception {
        var fifty =
                IntStream.range(0, 50).mapToObj(_ -> "{\"type\":\"heartbeat\"}").collect(Collectors.joining(","));
        assertThat(parse("[" + fifty + "]").accepted()).isEqualTo(50);
        assertThatThrownBy(() -> parse("[" + fifty + ",{\"type\":\"heartbeat\"}]"))
                .isInstanceOfSatisfying(MalformedBatch.class, fault -> assertThat(fault.tooLarge())
                        .isTrue());

        var sixty = metrics(60);
        assertThat(parse("[" + sixty + "]").samples()).isEqualTo(60);
        assertThat(parse("[" + metrics(61) + "]").rejected())
                .extracting(Rejection::code)
                .containsExactly("TOO_MANY_SAMPLES");
        var crowded = parse(
                "[" + sixty + "," + sixty + "," + metrics(40) + ",{\"type\":\"metric\",\"name\":\"a\",\"value\":1}]");
        assertThat(crowded.rejected()).extracting(Rejection::index).containsExactly(1, 3);
        assertThat(crowded.samples()).isEqualTo(100);

        // what cannot lie in one layout's record: 8 KiB of names here
        var wide = IntStream.range(0, 40)
                .mapToObj(i -> "{\"name\":\"%s%d\",\"value\":1}".formatted("n".repeat(240), i))
                .toList();
        assertThat(parse("[{\"type\":\"metrics\",\"samples\":[" + String.join(",", wide) + "]}]")
                        .rejected())
                .extracting(Rejection::code)
                .containsExactly("ITEM_TOO_LARGE");
        var singles = parse(wide.stream()
                .map(sample -> sample.replace("{", "{\"type\":\"metric\","))
                .collect(Collectors.joining(",", "[", "]")));
        assertThat(singles.accepted()).isBetween(25, 35);
        assertThat(singles.rejected()).extracting(Rejection::code).containsOnly("ITEM_TOO_LARGE");

        var long9k = "[{\"type\":\"inventory\",\"section\":\"users\",\"data\":\"%s\"}]".formatted("x".repeat(9_000));
        assertThat(parse(long9k).rejected()).extracting(Rejection::code).containsExactly("ITEM_TOO_LARGE");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ``                                            | body
                    ` `                                           | body
                    17                                            | body
                    "items"                                       | body
                    null                                          | body
                    {}                                            | items
                    {"items":null}                                | items
                    {"items":{}}                                  | items
                    {"items":[],"items":[]}                       | items
                    {"items":[]} {}                               | body
                    []]                                           | body
                    {"items":[]                                   | items
                    {"items":[{"type":"metric","name":"a","value":01}]} | items[0].value
                    {"items":[{"type":"metrics","samples":[{"name":"a","value":NaN}]}]} | items[0].samples[0].value
                    [{"type":"metric","value":Infinity}]          | items[0].value
                    {"items":[{"type":"heartbeat"},{"type"        | items[1].type
                    {"batch_id":"x","items":[]}                   | batch_id
                    {"batch_id":"1-1-1-1-1","items":[]}           | batch_id
                    {"batch_id":"019a0000-0000-7000-8000-00000000000g","items":[]} | batch_id
                    {"batch_id":5,"items":[]}                     | batch_id
                    {"instance_id":{},"items":[]}                 | instance_id
                    {"instance_id":"\\u0007","items":[]}          | instance_id
                    {"seq":-1,"items":[]}                         | seq
                    {"seq":1.5,"items":[]}                        | seq
                    {"seq":99999999999999999999,"items":[]}       | seq
                    {"sent_at":"today","items":[]}                | sent_at
                    {"agent_version":[],"items":[]}               | agent_version
                    [{"type":"connection","\\ud800":1}]           | items[0].type
                    {"items":[{"type":"heartbeat"}],}             | items
                    """)
    void aBatchOfTheWrongFormNamesTheFieldAtFault(String text, String field) {
        assertThatThrownBy(() -> parse(text)).isInstanceOfSatisfying(MalformedBatch.class, fault -> {
            assertThat(fault.tooLarge()).isFalse();
            assertThat(fault.field()).isEqualTo(field);
        });
    }

    @Test
    void jsonThatIsNestedTooDeepOrNotUtf8IsRefused() {
        for (var text : List.of(
                "[".repeat(100_000),
                "[{\"a\":" + "[".repeat(40) + "]".repeat(40) + "}]",
                "{\"x\":" + "{\"y\":".repeat(100) + "1")) {
            assertThatThrownBy(() -> parse(text)).isInstanceOf(MalformedBatch.class);
        }
        for (var bytes : List.of(
                "{\"items\":[]}".getBytes(StandardCharsets.UTF_16LE),
                "{\"items\":[]}".getBytes(StandardCharsets.UTF_16),
                new byte[] {'"', (byte) 0xC3, '"'},
                new byte[] {'[', '{', '"', 'a', '"', ':', '"', (byte) 0xFF, '"', '}', ']'})) {
            assertThatThrownBy(() -> parser.parse(bytes, bytes.length, TENANT, Allowance.UNLIMITED, NOW))
                    .isInstanceOf(MalformedBatch.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ufeff[{\"type\":\"metrics\",\"samples\":[{\"name\":\"a\",\"value\":42}]}]"})
    void aByteOrderMarkIsPassedOver(String text) throws Exception {
        assertThat(ValueCodec.unpack(parse(text).moments().getFirst().values(), 1))
                .containsExactly(42);
    }

    @Test
    void unknownFieldsAreIgnoredAndCounted() throws Exception {
        var batch = parse("""
                {"new":{"a":1},"items":[{"type":"alert","category":"c","severity":"high","title":"t","newer":[1]},
                 {"type":"metric","name":"a","value":1,"newest":true}]}""");

        assertThat(batch.accepted()).isEqualTo(2);
        assertThat(batch.unknown()).isEqualTo(3);
        assertThat(texts(batch, Stream.ALERTS).getFirst()).doesNotContain("newer");
    }

    /// Whatever bytes come: a batch or a refusal, never another exception.
    @Test
    void spoiledBatchesAreReadOrRefused() {
        var good = "{\"batch_id\":\"019a0000-0000-7000-8000-000000000001\",\"seq\":1,\"items\":[" + metrics(3)
                + ",{\"type\":\"alert\",\"category\":\"c\",\"severity\":\"high\",\"title\":\"t\"},{\"data\":[{\"a\":[1,2,{\"b\":null}]}],\"section\":\"users\",\"type\":\"inventory\"}]}";
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 20_000; i++) {
            var bytes = good.getBytes(UTF_8);
            for (var changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                var batch = parser.parse(bytes, bytes.length, TENANT, Allowance.UNLIMITED, NOW);
                assertThat(batch.accepted() + batch.rejected().size()).isBetween(0, 3);
            } catch (MalformedBatch expected) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1_000, 19_999);
    }

    private ParsedBatch parse(String text) throws MalformedBatch {
        var bytes = text.getBytes(UTF_8);
        // longer than the batch, as a buffer that is used again is
        var buffer = Arrays.copyOf(bytes, bytes.length + 10);
        return parser.parse(buffer, bytes.length, TENANT, Allowance.UNLIMITED, NOW);
    }

    private static String samples(String a, String b) {
        return "[{\"type\":\"metrics\",\"samples\":[{\"name\":\"a\",\"value\":%s},{\"name\":\"b\",\"value\":%s,\"labels\":{\"x\":\"1\"}}]}]"
                .formatted(a, b);
    }

    private static String metrics(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"name\":\"m" + i + "\",\"value\":" + i + "}")
                .collect(Collectors.joining(",", "{\"type\":\"metrics\",\"samples\":[", "]}"));
    }

    private static List<SeriesName> seriesOf(Moment moment) {
        return moment.layout() instanceof MomentLayout.Unpublished unpublished
                ? unpublished.series().series()
                : List.of();
    }

    private static SeriesName series(String name, Map<String, String> labels) {
        return new SeriesName(name, new TreeMap<>(labels));
    }

    private static List<String> texts(ParsedBatch batch, Stream stream) {
        return batch.others().getOrDefault(stream, List.of()).stream()
                .map(bytes -> new String(bytes, UTF_8))
                .toList();
    }
}
