package io.wardroom.audit.deadletter;

import java.util.UUID;

/// A dead letter on its way back, as it lies in the outbox.
record Replay(UUID letter) {}
