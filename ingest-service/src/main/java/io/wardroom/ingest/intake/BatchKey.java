package io.wardroom.ingest.intake;

import java.util.UUID;

/// One batch of one agent.
record BatchKey(UUID agent, UUID batch) {}
