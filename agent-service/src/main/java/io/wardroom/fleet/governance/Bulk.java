package io.wardroom.fleet.governance;

import io.wardroom.fleet.agent.Agents;
import io.wardroom.fleet.agent.EditAgent;
import io.wardroom.fleet.governance.BulkWish.Item;
import io.wardroom.fleet.governance.BulkWish.Result;
import io.wardroom.fleet.governance.BulkWish.Work.AddTags;
import io.wardroom.fleet.governance.BulkWish.Work.Delete;
import io.wardroom.fleet.governance.BulkWish.Work.RemoveTags;
import io.wardroom.fleet.governance.BulkWish.Work.SetGovernance;
import io.wardroom.fleet.governance.BulkWish.Work.SetLabels;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/// Does one thing to many agents, each in a transaction of its own: one that is refused holds up no other.
@Service
class Bulk {
    private static final Logger LOG = LoggerFactory.getLogger(Bulk.class);
    // UUID.fromString takes shorter ones too, which would answer with an id that nobody asked for
    private static final Pattern ID = Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Agents agents;
    private final Governances governances;

    Bulk(Agents agents, Governances governances) {
        this.agents = agents;
        this.governances = governances;
    }

    /// @return one result for each different id, in the order they were given
    List<Item> doAll(BulkWish wish) {
        return wish.ids().stream().distinct().map(id -> doOne(wish, id)).toList();
    }

    private Item doOne(BulkWish wish, String id) {
        if (!ID.matcher(id).matches()) {
            return new Item(id, Result.NO_ID, "is no id");
        }
        try {
            return doOne(wish, id, UUID.fromString(id));
        } catch (TransactionException | TransientDataAccessException | DataAccessResourceFailureException away) {
            LOG.atWarn().addKeyValue("agent", id).log("the database was away: {}", away.toString());
            return new Item(id, Result.AWAY, "the database is away");
        } catch (RuntimeException surprise) {
            LOG.atError().addKeyValue("agent", id).setCause(surprise).log("unexpected failure");
            return new Item(id, Result.FAILED, "something went wrong here; the request id finds it in the logs");
        }
    }

    private Item doOne(BulkWish wish, String id, UUID agent) {
        return switch (wish.work()) {
            case AddTags(var tags) -> edited(id, edit(wish, agent, tags, List.of(), Map.of()));
            case RemoveTags(var tags) -> edited(id, edit(wish, agent, List.of(), tags, Map.of()));
            case SetLabels(var labels) -> edited(id, edit(wish, agent, List.of(), List.of(), labels));
            case SetGovernance(var governance) ->
                switch (governances.say(new SayOfAgent(wish.actor(), wish.caller(), agent, governance, false))) {
                    case SayOfAgent.Outcome.Said _ -> new Item(id, Result.DONE, null);
                    case SayOfAgent.Outcome.NoSuchAgent _ -> noSuchAgent(id);
                };
            case Delete() ->
                agents.delete(wish.actor(), wish.caller(), agent) ? new Item(id, Result.DONE, null) : noSuchAgent(id);
        };
    }

    private EditAgent.Outcome edit(
            BulkWish wish,
            UUID agent,
            List<String> addTags,
            List<String> removeTags,
            Map<String, @Nullable String> labels) {
        return agents.edit(new EditAgent(wish.actor(), wish.caller(), agent, null, addTags, removeTags, labels));
    }

    private static Item edited(String id, EditAgent.Outcome outcome) {
        return switch (outcome) {
            case EditAgent.Outcome.Edited _ -> new Item(id, Result.DONE, null);
            case EditAgent.Outcome.NoSuchAgent _ -> noSuchAgent(id);
            case EditAgent.Outcome.TooMany(var what, var allowed) ->
                new Item(id, Result.TOO_MANY, "at most %d %s".formatted(allowed, what));
        };
    }

    private static Item noSuchAgent(String id) {
        return new Item(id, Result.NO_SUCH_AGENT, "no agent " + id);
    }
}
