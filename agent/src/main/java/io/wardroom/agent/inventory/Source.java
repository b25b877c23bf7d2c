package io.wardroom.agent.inventory;

import java.io.IOException;

/// One section of the inventory.
interface Source {
    /// The contract's name of the section.
    String section();

    /// Changes when the section may have; the same text means that a look would find the same. Costs next to
    /// nothing.
    ///
    /// An empty text says that only a look can tell.
    default String fingerprint() throws IOException {
        return "";
    }

    Finding look() throws IOException, InterruptedException;
}
