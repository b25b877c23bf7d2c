package io.wardroom.purple.evidence;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.test.EvidencesOfTest;
import io.wardroom.purple.test.Side;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/// The files that stand in a test's detail.
@Component
class StoredEvidences implements EvidencesOfTest {
    private static final int MOST_SHOWN = 200;

    private final Evidences evidences;

    StoredEvidences(Evidences evidences) {
        this.evidences = evidences;
    }

    @Override
    public List<EvidenceView> of(TenantId tenant, UUID test, Side reader) {
        return evidences.list(tenant, reader, test, 0, MOST_SHOWN).stream()
                .flatMap(page -> page.items().stream())
                .map(evidence -> EvidenceView.of(evidence, null))
                .toList();
    }
}
