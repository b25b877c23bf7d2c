package io.wardroom.common.telemetry;

import com.google.protobuf.ByteString;
import io.wardroom.common.telemetry.proto.Label;
import io.wardroom.common.telemetry.proto.Layout;
import io.wardroom.common.telemetry.proto.Series;
import io.wardroom.common.tenant.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// The ordered series that a moment's values stand for.
public record SeriesLayout(List<SeriesName> series) {
    /// How many bytes an id has.
    public static final int ID_BYTES = 16;

    /// One series: a name and its labels.
    public record SeriesName(String name, SortedMap<String, String> labels) {}

    public SeriesLayout {
        series = List.copyOf(series);
    }

    /// The id: the first 16 bytes of SHA-256 over the tenant and each name, label key and label value, every one
    /// behind its length, so that no two lists of series read the same.
    public ByteString id(TenantId tenant) {
        var digest = sha256();
        digest.update(ByteBuffer.allocate(16)
                .putLong(tenant.value().getMostSignificantBits())
                .putLong(tenant.value().getLeastSignificantBits())
                .flip());
        for (var one : series) {
            update(digest, one.name());
            digest.update(intBytes(one.labels().size()));
            one.labels().forEach((key, value) -> {
                update(digest, key);
                update(digest, value);
            });
        }
        return ByteString.copyFrom(digest.digest(), 0, ID_BYTES);
    }

    public Layout toProto(TenantId tenant) {
        var layout = Layout.newBuilder().setLayoutId(id(tenant));
        for (var one : series) {
            var message = Series.newBuilder().setName(one.name());
            for (Map.Entry<String, String> label : one.labels().entrySet()) {
                message.addLabels(Label.newBuilder().setKey(label.getKey()).setValue(label.getValue()));
            }
            layout.addSeries(message);
        }
        return layout.build();
    }

    private static void update(MessageDigest digest, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(intBytes(bytes.length));
        digest.update(bytes);
    }

    private static byte[] intBytes(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
