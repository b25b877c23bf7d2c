package io.wardroom.purple.technique;

import io.wardroom.common.tenant.TenantId;
import java.util.List;
import java.util.UUID;

/// Where a technique's tests are asked for; the feature that owns tests answers.
public interface TestsOfTechnique {
    /// @return the views that stand in the technique's detail, newest first, bounded
    List<?> of(TenantId tenant, UUID technique);
}
