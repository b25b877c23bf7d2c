/// OTLP requests read into batches: what an OpenTelemetry collector says, in the words of our own agent.
@NullMarked
package io.wardroom.ingest.otlp;

import org.jspecify.annotations.NullMarked;
