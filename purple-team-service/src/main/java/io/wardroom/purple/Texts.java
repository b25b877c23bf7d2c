package io.wardroom.purple;

/// What a text must keep to.
public final class Texts {
    /// Anything PostgreSQL can keep and UTF-8 can carry: no NUL and no lone half of a surrogate pair.
    public static final String STORABLE = "[^\\x00\\p{Cs}]*";

    private Texts() {}
}
