package io.wardroom.gateway;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class StructureTest {
    @Test
    void featuresReachIntoNoOtherAndFormNoCycle() {
        ApplicationModules.of(GatewayApplication.class).verify();
    }
}
