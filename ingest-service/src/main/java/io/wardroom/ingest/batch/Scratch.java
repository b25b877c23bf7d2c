package io.wardroom.ingest.batch;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// The work space of one parse, used again by the next.
final class Scratch {
    private static final int KEPT_BYTES = 64 * 1024;

    private final MessageDigest digest;
    private byte[] shape = new byte[8 * 1024];
    private int shapeLength;
    /// Up to where the body stands in the shape.
    int shapeFrom;
    double[] values = new double[128];

    Scratch() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    boolean isWorthKeeping() {
        return shape.length <= KEPT_BYTES && values.length * Double.BYTES <= KEPT_BYTES;
    }

    void beginShape(long tenantHigh, long tenantLow) {
        shapeLength = 0;
        for (var shift = 56; shift >= 0; shift -= 8) {
            shape[shapeLength++] = (byte) (tenantHigh >>> shift);
        }
        for (var shift = 56; shift >= 0; shift -= 8) {
            shape[shapeLength++] = (byte) (tenantLow >>> shift);
        }
    }

    void addToShape(byte[] from, int start, int end) {
        var length = end - start;
        if (shapeLength + length > shape.length) {
            shape = Arrays.copyOf(shape, Math.max(shape.length * 2, shapeLength + length));
        }
        System.arraycopy(from, start, shape, shapeLength, length);
        shapeLength += length;
    }

    int shapeLength() {
        return shapeLength;
    }

    boolean shapeIs(byte[] other) {
        return Arrays.equals(shape, 0, shapeLength, other, 0, other.length);
    }

    byte[] copyOfShape() {
        return Arrays.copyOf(shape, shapeLength);
    }

    ShapeKey digestOfShape() {
        digest.update(shape, 0, shapeLength);
        return ShapeKey.of(digest.digest());
    }

    void setValue(int at, double value) {
        if (at == values.length) {
            values = Arrays.copyOf(values, values.length * 2);
        }
        values[at] = value;
    }
}
