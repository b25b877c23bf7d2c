package io.wardroom.fleet.telemetry.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HourCodecTest {
    private static final long HOUR = Instant.parse("2026-03-29T01:00:00Z").toEpochMilli();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
    void givesBackEveryBit(long seed) {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++) {
            var series = someSeries(random);

            var packed = HourCodec.pack(HOUR, series);

            assertSame(HourCodec.unpack(HOUR, packed, series.size()), series);
            for (var i = 0; i < series.size(); i++) {
                assertSame(List.of(cutOut(packed, i, series.size())), List.of(series.get(i)));
            }
        }
    }

    @Test
    void keepsWhatNoDecimalCan() {
        var values = new double[] {
            -0.0, 0.0, 0.1 + 0.2, Math.PI, Double.MIN_VALUE, Double.MAX_VALUE, -1e300, 0x1p53, 9007199254740993.0, 1e-15
        };
        var series = List.of(
                points(i -> i, values),
                points(i -> i, new double[values.length]),
                points(i -> i, repeated(-0.0, values.length)),
                points(i -> i, repeated(1.0 / 3, values.length)));

        var packed = HourCodec.pack(HOUR, series);

        assertSame(HourCodec.unpack(HOUR, packed, series.size()), series);
    }

    @Test
    void keepsASeriesWhoseCommonExponentWouldNotFit() {
        var series = List.of(points(i -> i, 4503599627370496.0, 0.25), points(i -> i, 0.00000000000001, 90.0));

        assertSame(HourCodec.unpack(HOUR, HourCodec.pack(HOUR, series), 2), series);
    }

    @Test
    void sharesTimesThatSeriesShare() {
        var together = List.of(points(i -> 15_000L * i, 1, 2, 3), points(i -> 15_000L * i, 4, 5, 6));
        var apart = List.of(points(i -> 15_000L * i, 1, 2, 3), points(i -> 15_000L * i + 1, 4, 5, 6));

        var shared = HourCodec.pack(HOUR, together);
        var own = HourCodec.pack(HOUR, apart);

        assertThat(shared.clocks()).isNull();
        assertThat(shared.offsets()).hasSize(4);
        assertThat(own.clocks()).containsExactly(0, 1);
        assertThat(own.offsets()).hasSize(5);
    }

    @Test
    void costsLittleForWhatHardlyChanges() {
        var quarterMinutes = IntStream.range(0, 240).toArray();
        var series = List.of(
                points(
                        i -> 15_000L * i,
                        Arrays.stream(quarterMinutes)
                                .mapToDouble(i -> 16_777_216_000.0)
                                .toArray()),
                points(
                        i -> 15_000L * i,
                        Arrays.stream(quarterMinutes).mapToDouble(i -> 15.0 * i).toArray()));

        assertThat(HourCodec.pack(HOUR, series).chunks().length).isLessThan(100);
    }

    @Test
    void refusesPointsOutsideTheirHour() {
        assertThatIllegalArgumentException().isThrownBy(() -> HourCodec.pack(HOUR, List.of(points(i -> -1L, 1))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HourCodec.pack(HOUR, List.of(points(i -> 3_600_000L, 1))));
        assertThatIllegalArgumentException().isThrownBy(() -> HourCodec.pack(HOUR, List.of(Points.NONE)));
    }

    @Test
    void refusesWhatIsDamagedWithoutAnyOtherFailure() {
        var random = new Random(99);
        for (var round = 0; round < 4_000; round++) {
            var series = someSeries(random);
            var packed = HourCodec.pack(HOUR, series);
            var damaged = new PackedHour(
                    random.nextInt(4) == 0 ? damaged(packed.offsets(), random) : packed.offsets(),
                    packed.clocks(),
                    random.nextBoolean() ? cut(packed.chunks(), random) : flipped(packed.chunks(), random));

            var failure = catchThrowable(() -> HourCodec.unpack(HOUR, damaged, series.size()));

            // a flipped bit within a value is another value, which no form can tell; nothing else may come out
            assertThat(failure).satisfiesAnyOf(none -> assertThat(none).isNull(), refused -> assertThat(refused)
                    .isExactlyInstanceOf(IllegalArgumentException.class));
        }
    }

    @Test
    void allocatesNothingForSizesThatAreMerelyClaimed() {
        var out = new ByteArrayOutputStream();
        Varint.write(3_600_000, out);
        var block = ByteBuffer.allocate(24).putInt(Integer.MAX_VALUE).putInt(1).array();
        out.writeBytes(block);
        var millionsInABlock = out.toByteArray();
        var constant = new byte[] {0, 2};

        assertThatIllegalArgumentException()
                .isThrownBy(() -> HourCodec.unpack(HOUR, millionsInABlock, constant))
                .withMessageContaining("differences");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HourCodec.unpack(HOUR, varint(3_600_000), constant))
                .withMessageContaining("0 numbers");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HourCodec.unpack(HOUR, varint(Long.MAX_VALUE), constant))
                .withMessageContaining("points in an hour");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> HourCodec.unpack(HOUR, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, constant))
                .withMessageContaining("64 bits");
    }

    private static byte[] varint(long number) {
        var out = new ByteArrayOutputStream();
        Varint.write(number, out);
        return out.toByteArray();
    }

    private static Points cutOut(PackedHour packed, int series, int count) {
        var clocks = packed.clocks();
        var clock = count + (clocks == null ? 0 : clocks[series]);
        return HourCodec.unpack(HOUR, column(packed, clock), column(packed, series));
    }

    private static byte[] column(PackedHour packed, int index) {
        return Arrays.copyOfRange(packed.chunks(), packed.offsets()[index], packed.offsets()[index + 1]);
    }

    private static List<Points> someSeries(Random random) {
        var clocks = new ArrayList<long[]>();
        for (var i = 0; i <= random.nextInt(3); i++) {
            clocks.add(random.longs(1 + random.nextInt(random.nextInt(10) == 0 ? 1_500 : 300), 0, 3_600_000)
                    .sorted()
                    .distinct()
                    .toArray());
        }
        var series = new ArrayList<Points>();
        for (var i = 0; i <= random.nextInt(8); i++) {
            var times = clocks.get(random.nextInt(clocks.size()));
            var values = someValues(random, times.length);
            series.add(points(at -> times[at], values));
        }
        return series;
    }

    private static double[] someValues(Random random, int count) {
        var kind = random.nextInt(6);
        var walk = random.nextLong(1L << 40);
        var values = new double[count];
        for (var i = 0; i < count; i++) {
            walk += random.nextInt(1 << 20);
            values[i] = switch (kind) {
                case 0 -> random.nextInt(10_000) / 10_000.0;
                case 1 -> walk;
                case 2 -> Double.longBitsToDouble(random.nextLong());
                case 3 -> 42.5;
                case 4 -> (random.nextLong(1L << 53) - (1L << 52)) / Math.pow(10, random.nextInt(15));
                default -> -random.nextInt(1_000_000) / 100.0;
            };
        }
        return values;
    }

    private static double[] repeated(double value, int count) {
        var values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    private interface At {
        long millis(int index);
    }

    private static Points points(At at, double... values) {
        var sorted = new TreeMap<Long, Double>();
        for (var i = 0; i < values.length; i++) {
            sorted.put(HOUR + at.millis(i), values[i]);
        }
        var gathering = new Points.Gathering();
        sorted.forEach(gathering::add);
        return gathering.toPoints();
    }

    private static int[] damaged(int[] offsets, Random random) {
        var copy = offsets.clone();
        copy[random.nextInt(copy.length)] += random.nextInt(-20, 20);
        return copy;
    }

    private static byte[] cut(byte[] bytes, Random random) {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        var copy = bytes.clone();
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        return copy;
    }

    private static void assertSame(List<Points> actual, List<Points> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (var i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).times()).isEqualTo(expected.get(i).times());
            assertThat(bits(actual.get(i))).isEqualTo(bits(expected.get(i)));
        }
    }

    private static long[] bits(Points points) {
        return Arrays.stream(points.values())
                .mapToLong(Double::doubleToRawLongBits)
                .toArray();
    }
}
