package io.wardroom.fleet.telemetry.hour;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.function.DoubleConsumer;

/// Looks at values that [io.wardroom.common.telemetry.ValueCodec] packed without unpacking them.
public final class PackedValues {
    private static final int RAW_EXPONENT = 15;

    private PackedValues() {}

    /// How many there are.
    ///
    /// @throws IllegalArgumentException if they end within a value
    public static int count(ByteString packed) {
        return count(packed, _ -> {});
    }

    /// How many there are, each of them a finite number.
    ///
    /// @throws IllegalArgumentException if they end within a value or one is infinite or no number
    public static int countFinite(ByteString packed) {
        return count(packed, value -> {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("a value is no finite number");
            }
        });
    }

    private static int count(ByteString packed, DoubleConsumer wholeDoubles) {
        var in = packed.newCodedInput();
        try {
            var count = 0;
            while (!in.isAtEnd()) {
                // this exponent announces a double in the eight bytes behind it
                if ((in.readRawVarint64() & RAW_EXPONENT) == RAW_EXPONENT) {
                    wholeDoubles.accept(in.readDouble());
                }
                count++;
            }
            return count;
        } catch (IOException cut) {
            throw new IllegalArgumentException("packed values are cut off or malformed", cut);
        }
    }
}
