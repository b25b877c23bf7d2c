package io.wardroom.purple.catalogue;

/// Every way the wish to go back to the version before can end.
sealed interface RollBack {
    /// @param restored how many rows were brought back to what they were
    record Done(CatalogueVersion from, CatalogueVersion to, int restored) implements RollBack {}

    record NothingBefore() implements RollBack {}

    record Busy() implements RollBack {}
}
