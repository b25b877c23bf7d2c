package io.wardroom.fleet.agent;

import java.util.Collection;

/// Keeps when agents were last heard of.
public interface Presence {
    /// Notes signs of life in the running transaction. Older ones than already known change nothing, and unknown
    /// agents are passed over, so that the same sighting may come twice. Nor does one that follows within a second
    /// upon what is known, unless it is another start's: an agent that sends so often costs no row each time.
    void seen(Collection<Sighting> sightings);
}
