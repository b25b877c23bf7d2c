/// What becomes of it: handed over to Kafka and acknowledged, refused, or answered as a duplicate.
@NullMarked
package io.wardroom.ingest.intake;

import org.jspecify.annotations.NullMarked;
