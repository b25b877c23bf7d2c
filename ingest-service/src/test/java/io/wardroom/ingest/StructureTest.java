package io.wardroom.ingest;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class StructureTest {
    @Test
    void featuresKeepToThemselves() {
        ApplicationModules.of(IngestApplication.class).verify();
    }
}
