package io.wardroom.common.event;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.util.UUID;

/// Makes the ids of what Wardroom creates: UUID version 7, so that they sort by time, and those of one process in the
/// order they were made (RFC 9562, section 5.7).
public final class UuidV7 {
    private static final NoArgGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    private UuidV7() {}

    public static UUID next() {
        return GENERATOR.generate();
    }
}
