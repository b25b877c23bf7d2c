package io.wardroom.ingest.batch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The layouts that are known to lie on their topic, by the shape of the JSON they were sent in. A fleet of equal hosts
/// needs one entry.
public final class KnownLayouts {
    // told anew now and then, so that a topic that was lost fills itself again
    private static final Duration TRUSTED = Duration.ofHours(1);

    // a fleet of equal hosts sends the same shape again and again: comparing it costs a tenth of hashing it
    private static final int RECENT = 256;
    private static final int LONGEST_RECENT = 16 * 1024;

    private final Cache<ShapeKey, MomentLayout.Published> byShape;
    private final AtomicReferenceArray<Recent> recent = new AtomicReferenceArray<>(RECENT);

    private record Recent(byte[] shape, MomentLayout.Published layout, long untilNanos) {}

    /// @param most a layout beyond is published again when it comes back
    public KnownLayouts(long most) {
        byShape = Caffeine.newBuilder()
                .maximumSize(most)
                .expireAfterWrite(TRUSTED)
                .build();
    }

    MomentLayout.@Nullable Published find(ShapeKey shape) {
        return byShape.getIfPresent(shape);
    }

    /// The layout of a shape that is byte for byte one met lately.
    MomentLayout.@Nullable Published findRecent(Scratch scratch) {
        @Nullable Recent candidate = recent.get(scratch.shapeLength() % RECENT);
        return candidate != null && scratch.shapeIs(candidate.shape()) && System.nanoTime() - candidate.untilNanos() < 0
                ? candidate.layout()
                : null;
    }

    void rememberRecent(Scratch scratch, MomentLayout.Published layout) {
        if (scratch.shapeLength() <= LONGEST_RECENT) {
            recent.set(
                    scratch.shapeLength() % RECENT,
                    new Recent(scratch.copyOfShape(), layout, System.nanoTime() + TRUSTED.toNanos()));
        }
    }

    /// The layout's record was acknowledged by all in-sync replicas.
    public void learn(MomentLayout.Unpublished published) {
        byShape.put(published.shape(), new MomentLayout.Published(published.id()));
    }

    public long size() {
        return byShape.estimatedSize();
    }
}
