package io.wardroom.purple.catalogue;

import io.wardroom.common.tenant.TenantId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A feature whose rows name techniques. It is told when the catalogue changes, in the transaction of the change, which
/// sees every tenant's rows. Followers go by their `@Order`, and back in the other direction.
public interface CatalogueFollower {
    /// @param step the order of the moves of one change, from 0
    record Move(int step, UUID from, UUID to) {}

    /// How many of the tenant's rows rest on the techniques, by what they are (`statuses`, `tests`).
    Map<String, Long> restingOn(TenantId tenant, Collection<UUID> techniques);

    /// Carries what rests on techniques that were revoked to their successors, with a record of it.
    ///
    /// @param catalogue the number of the version that revokes them; it is current already
    void follow(int catalogue, List<Move> moves);

    /// Takes back exactly what [#follow] did for that version; what people changed since stays as they left it.
    ///
    /// @return how many rows were taken back
    int takeBack(int catalogue);
}
