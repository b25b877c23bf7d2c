package io.wardroom.fleet.security;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.tenant.TenantId;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class SecurityController {
    private final Overview overview;

    SecurityController(Overview overview) {
        this.overview = overview;
    }

    /// The newest of each, at most a hundred.
    record SecurityView(
            List<SecurityRepository.Honeypot> honeypots,
            List<SecurityRepository.ProcessDna> processDna,
            List<SecurityRepository.SilentAgent> silentAgents) {}

    @Operation(summary = "Shows touched canaries, programs that changed, and agents that fell silent")
    @GetMapping("/api/v1/security")
    SecurityView show(TenantId tenant) {
        return overview.of(tenant);
    }
}
