/// The packed form in which metric batches travel from ingest-service to agent-service.
@NullMarked
package io.wardroom.common.telemetry;

import org.jspecify.annotations.NullMarked;
