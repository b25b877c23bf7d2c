package io.wardroom.purple.test;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.technique.TestsOfTechnique;
import io.wardroom.purple.test.TestRepository.Filter;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/// The tests that stand in a technique's detail: as anybody may see them.
@Component
class StoredTests implements TestsOfTechnique {
    private static final int MOST_SHOWN = 100;

    private final TestRepository repository;

    StoredTests(TestRepository repository) {
        this.repository = repository;
    }

    @Override
    @Transactional(readOnly = true)
    public List<TestView> of(TenantId tenant, UUID technique) {
        var those = new Filter(null, technique, null, null, null, null);
        return repository.list(tenant, those, null, 0, MOST_SHOWN).stream()
                .map(test -> TestView.of(test, Side.NEITHER))
                .toList();
    }
}
