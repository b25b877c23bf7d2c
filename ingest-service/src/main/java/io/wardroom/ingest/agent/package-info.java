/// Who is sending: the agent behind a token, and whether its signature holds.
@NullMarked
package io.wardroom.ingest.agent;

import org.jspecify.annotations.NullMarked;
