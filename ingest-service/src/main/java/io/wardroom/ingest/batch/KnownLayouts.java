package io.wardroom.ingest.batch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The layouts that are known to lie on their topic, by the shape of the JSON they were sent in. A fleet of equal hosts
/// needs one entry.
public final class KnownLayouts {
    // told anew now and then, so that a topic that was lost fills itself again
    private static final Duration TRUSTED = Duration.ofHours(1);

    private final Cache<ShapeKey, MomentLayout.Published> byShape;

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

    /// The layout's record was acknowledged by all in-sync replicas.
    public void learn(MomentLayout.Unpublished published) {
        byShape.put(published.shape(), new MomentLayout.Published(published.id()));
    }

    public long size() {
        return byShape.estimatedSize();
    }
}
