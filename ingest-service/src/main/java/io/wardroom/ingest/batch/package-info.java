/// What was sent: bytes opened, JSON validated in one pass, measured values packed.
@NullMarked
package io.wardroom.ingest.batch;

import org.jspecify.annotations.NullMarked;
