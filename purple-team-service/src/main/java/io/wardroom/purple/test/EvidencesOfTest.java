package io.wardroom.purple.test;

import io.wardroom.common.tenant.TenantId;
import java.util.List;
import java.util.UUID;

/// Where a test's evidence is asked for; the feature that owns evidence answers.
public interface EvidencesOfTest {
    /// @param reader who will read it
    /// @return the views that stand in the test's detail, bounded
    List<?> of(TenantId tenant, UUID test, Side reader);
}
