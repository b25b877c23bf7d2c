/// Events on Kafka: their topics, their CloudEvents headers, and the outbox they leave through.
@NullMarked
package io.wardroom.common.event;

import org.jspecify.annotations.NullMarked;
