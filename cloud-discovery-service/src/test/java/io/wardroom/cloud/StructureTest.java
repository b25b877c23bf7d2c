package io.wardroom.cloud;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class StructureTest {
    @Test
    void featuresKeepToThemselves() {
        ApplicationModules.of(CloudApplication.class).verify();
    }
}
