package io.wardroom.audit.proof;

import io.wardroom.audit.proof.TreeRepository.Leaf;
import io.wardroom.audit.proof.TreeRepository.Subtree;
import io.wardroom.common.tenant.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// The trees, one a tenant: they grow by whole batches, in the transaction that stores the rows, and never change.
@Service
public class Trees {
    // advisory locks are one space for a whole database; this keeps ours away from others' small numbers
    private static final long LOCKS = 0x7761_7264_7472_6565L;

    private final TreeRepository repository;

    Trees(TreeRepository repository) {
        this.repository = repository;
    }

    /// A row that is to become a leaf.
    ///
    /// @param input what is hashed: the row's canonical bytes, salt included
    /// @param salt  kept beside the leaf, so that the input can be made again for as long as the row is there
    public record Entry(TenantId tenant, UUID row, byte[] input, byte[] salt) {}

    /// Where a row stands in its tenant's tree.
    ///
    /// @param salt null once the row was erased
    public record Place(TenantId tenant, long index, byte[] hash, byte @Nullable [] salt) {}

    /// Lets nobody else append to these trees until the running transaction ends. To be called ahead of storing rows:
    /// two replicas that are given the same rows would else wait for each other in a circle.
    @Transactional(propagation = Propagation.MANDATORY)
    public void lock(Collection<TenantId> tenants) {
        repository.lock(tenants.stream()
                .map(tenant ->
                        tenant.value().getMostSignificantBits() ^ tenant.value().getLeastSignificantBits() ^ LOCKS)
                .sorted()
                .distinct()
                .toList());
    }

    /// Appends rows to their tenants' trees in the given order, in the running transaction.
    @Transactional(propagation = Propagation.MANDATORY)
    public void append(List<Entry> entries) {
        var byTenant = new LinkedHashMap<TenantId, List<Entry>>();
        entries.forEach(entry ->
                byTenant.computeIfAbsent(entry.tenant(), _ -> new ArrayList<>()).add(entry));
        lock(byTenant.keySet());
        var frontiers = repository.frontiers(byTenant.keySet());
        var leaves = new ArrayList<Leaf>(entries.size());
        var subtrees = new ArrayList<Subtree>();
        var sizes = new HashMap<TenantId, Long>();
        byTenant.forEach((tenant, rows) -> {
            var frontier = frontiers.getOrDefault(tenant, Frontier.empty());
            grow(tenant, frontier, rows, leaves, subtrees);
            sizes.put(tenant, frontier.size());
        });
        repository.insertLeaves(leaves);
        repository.insertSubtrees(subtrees);
        sizes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey((one, other) -> one.toString().compareTo(other.toString())))
                .forEach(tree -> repository.markGrown(tree.getKey(), tree.getValue()));
    }

    private static void grow(
            TenantId tenant, Frontier frontier, List<Entry> rows, List<Leaf> leaves, List<Subtree> subtrees) {
        for (var i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            var index = frontier.size();
            var hash = Hashing.leaf(row.input());
            frontier.append(hash, (level, position, root) -> {
                if (level % TreeReader.TILE_LEVELS == 0) {
                    subtrees.add(new Subtree(tenant, level, position, root));
                }
            });
            var last = i == rows.size() - 1;
            leaves.add(new Leaf(tenant, index, row.row(), hash, row.salt(), last ? frontier.stored() : null));
        }
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public long size(TenantId tenant) {
        return frontier(tenant).size();
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Place> find(List<TenantId> tenants, UUID row) {
        return repository.find(tenants, row);
    }

    /// The hashes from a leaf to the root of its tree's first `size` leaves.
    ///
    /// @throws IllegalArgumentException if the leaf is not among them
    @Transactional(propagation = Propagation.MANDATORY)
    public List<byte[]> inclusion(TenantId tenant, long leaf, long size) {
        return new TreeReader(repository.tilesOf(tenant)).inclusion(leaf, size);
    }

    Frontier frontier(TenantId tenant) {
        return repository.frontiers(List.of(tenant)).getOrDefault(tenant, Frontier.empty());
    }

    List<byte[]> consistency(TenantId tenant, long from, long to) {
        return new TreeReader(repository.tilesOf(tenant)).consistency(from, to);
    }
}
