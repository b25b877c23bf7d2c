package io.wardroom.purple.catalogue;

import io.wardroom.purple.catalogue.CatalogueFollower.Move;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a bundle changes of the catalogue before it.
///
/// @param techniques those of the bundle, and those it does not know any more, as they are to be stored
/// @param moves      from what is no longer in use to what takes its place
record CatalogueDiff(List<CatalogueTechnique> techniques, Changes changes, List<Move> moves) {

    /// @param mitreId   its public id
    /// @param successor the public id of what takes its place
    record Ended(String mitreId, String name, @Nullable String successor) {}

    record Fresh(String mitreId, String name, List<String> tactics) {}

    record Renamed(String mitreId, String before, String after) {}

    record Moved(String mitreId, String name, List<String> before, List<String> after) {}

    /// The changes, each list by public id.
    ///
    /// @param fresh    new to the catalogue, or in use again
    /// @param updated  how many in use before and after of which MITRE says something else
    /// @param vanished the bundle does not know them any more
    record Changes(
            List<Fresh> fresh,
            int updated,
            List<Renamed> renamed,
            List<Moved> moved,
            List<Ended> revoked,
            List<Ended> deprecated,
            List<Ended> vanished) {
        static final Changes NONE = new Changes(List.of(), 0, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /// @param before the catalogue that is current; empty at the first import, which changes nothing for anybody
    /// @param number of the catalogue that comes to be
    static CatalogueDiff between(List<CatalogueTechnique> before, List<CatalogueTechnique> after, int number) {
        return new Comparison(before, after, number).compare();
    }

    /// The techniques that people should look at again.
    List<UUID> concerned(int number) {
        return techniques.stream()
                .filter(technique -> technique.changedIn() == number)
                .map(CatalogueTechnique::id)
                .toList();
    }

    private static final class Comparison {
        private final Map<UUID, CatalogueTechnique> old = new HashMap<>();
        private final Map<UUID, CatalogueTechnique> now = new HashMap<>();
        private final Map<String, CatalogueTechnique> inUse = new HashMap<>();
        private final List<CatalogueTechnique> before;
        private final List<CatalogueTechnique> after;
        private final int number;

        private final List<Fresh> fresh = new ArrayList<>();
        private final List<Renamed> renamed = new ArrayList<>();
        private final List<Moved> moved = new ArrayList<>();
        private final List<Ended> revoked = new ArrayList<>();
        private final List<Ended> deprecated = new ArrayList<>();
        private final List<Ended> vanished = new ArrayList<>();
        private final List<CatalogueTechnique> stored = new ArrayList<>();
        private final Map<UUID, UUID> successors = new HashMap<>();
        private int updated;

        Comparison(List<CatalogueTechnique> before, List<CatalogueTechnique> after, int number) {
            this.before = before;
            this.after = after;
            this.number = number;
            before.forEach(technique -> old.put(technique.id(), technique));
            after.forEach(technique -> {
                now.put(technique.id(), technique);
                if (technique.live()) {
                    inUse.put(technique.mitreId(), technique);
                }
            });
        }

        CatalogueDiff compare() {
            after.stream()
                    .sorted(Comparator.comparing(CatalogueTechnique::mitreId))
                    .forEach(this::take);
            before.stream()
                    .filter(technique -> !now.containsKey(technique.id()))
                    .sorted(Comparator.comparing(CatalogueTechnique::mitreId))
                    .forEach(this::carry);
            var heirs = new TreeSet<>(successors.values());
            return new CatalogueDiff(
                    stored.stream()
                            .map(one -> heirs.contains(one.id()) ? one.changedIn(number) : one)
                            .toList(),
                    new Changes(fresh, updated, renamed, moved, revoked, deprecated, vanished),
                    moves());
        }

        private void take(CatalogueTechnique technique) {
            var known = old.get(technique.id());
            if (known == null || !known.live() && technique.live()) {
                if (technique.live()) {
                    fresh.add(new Fresh(technique.mitreId(), technique.name(), technique.tactics()));
                }
                stored.add(technique);
                return;
            }
            stored.add(technique.changedIn(isToBeSeen(known, technique) ? number : known.changedIn()));
            if (known.live() && technique.live() && technique.saysElseThan(known)) {
                updated++;
            }
        }

        private boolean isToBeSeen(CatalogueTechnique known, CatalogueTechnique technique) {
            if (known.live() && !technique.live()) {
                var successor = technique.successorId();
                if (technique.revoked()) {
                    revoked.add(ended(technique, successor));
                } else {
                    deprecated.add(ended(technique, successor));
                }
                if (successor != null) {
                    successors.put(technique.id(), successor);
                }
                return true;
            }
            var seen = false;
            if (technique.live() && !known.name().equals(technique.name())) {
                renamed.add(new Renamed(technique.mitreId(), known.name(), technique.name()));
                seen = true;
            }
            if (technique.live() && technique.hasOtherTacticsThan(known)) {
                moved.add(new Moved(technique.mitreId(), technique.name(), known.tactics(), technique.tactics()));
                seen = true;
            }
            return seen;
        }

        /// Keeps what the bundle does not know any more: people wrote about it.
        private void carry(CatalogueTechnique technique) {
            if (!technique.live()) {
                stored.add(technique);
                return;
            }
            var heir = inUse.get(technique.mitreId());
            var successor = heir == null ? null : heir.id();
            vanished.add(ended(technique, successor));
            if (successor != null) {
                successors.put(technique.id(), successor);
            }
            stored.add(technique.gone(successor, number));
        }

        private Ended ended(CatalogueTechnique technique, @Nullable UUID successor) {
            var heir = successor == null ? null : now.get(successor);
            return new Ended(technique.mitreId(), technique.name(), heir == null ? null : heir.mitreId());
        }

        private List<Move> moves() {
            var order = stored.stream()
                    .filter(technique -> successors.containsKey(technique.id()))
                    .sorted(Comparator.comparing(CatalogueTechnique::mitreId).thenComparing(CatalogueTechnique::id))
                    .toList();
            var moves = new ArrayList<Move>();
            for (var technique : order) {
                var successor = successors.get(technique.id());
                if (successor != null) {
                    moves.add(new Move(moves.size(), technique.id(), successor));
                }
            }
            return moves;
        }
    }
}
