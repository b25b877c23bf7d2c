package io.wardroom.common.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueCodecTest {
    @ParameterizedTest
    @ValueSource(
            doubles = {
                0.0,
                -0.0,
                1,
                -1,
                0.25,
                0.1,
                0.3,
                1e-9,
                123456789.125,
                1e15,
                9007199254740991.0,
                9007199254740993.0,
                1e300,
                -1e-300,
                Double.MIN_VALUE,
                Double.MAX_VALUE,
                Math.PI,
                1.0 / 3
            })
    void givesBackEveryBit(double value) {
        var packed = ValueCodec.pack(new double[] {value}, 1);

        assertThat(Double.doubleToRawLongBits(ValueCodec.unpack(packed, 1)[0]))
                .isEqualTo(Double.doubleToRawLongBits(value));
    }

    @Test
    void givesBackEveryBitOfAnyDouble() {
        var random = new SplittableRandom(20260131);
        var values = new double[20_000];
        for (var i = 0; i < values.length; i++) {
            values[i] = switch (i % 4) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextInt(-1_000_000, 1_000_000) / Math.pow(10, random.nextInt(0, 9));
                case 2 -> random.nextLong(0, 1L << 50);
                default -> random.nextDouble();
            };
        }

        var read = ValueCodec.unpack(ValueCodec.pack(values, values.length), values.length);

        for (var i = 0; i < values.length; i++) {
            assertThat(Double.doubleToLongBits(read[i]))
                    .as("value %d, %s", i, values[i])
                    .isEqualTo(Double.doubleToLongBits(values[i]));
        }
    }

    @Test
    void aShortDecimalTakesFewBytes() {
        assertThat(ValueCodec.pack(new double[] {0.2513}, 1).size()).isEqualTo(3);
        assertThat(ValueCodec.pack(new double[] {0}, 1).size()).isEqualTo(1);
    }

    @Test
    void fewerValuesThanAskedForAreRefused() {
        var packed = ValueCodec.pack(new double[] {1, 2}, 2);

        assertThatIllegalArgumentException().isThrownBy(() -> ValueCodec.unpack(packed, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueCodec.unpack(ByteString.copyFrom(new byte[] {-1, -1, -1}), 1));
    }
}
