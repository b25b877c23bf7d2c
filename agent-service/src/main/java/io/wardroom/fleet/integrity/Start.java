package io.wardroom.fleet.integrity;

import io.wardroom.common.tenant.TenantId;
import java.util.UUID;

/// One start of an agent.
///
/// @param instance empty for batches that name none
record Start(TenantId tenant, UUID agent, String instance) {}
