package io.wardroom.ingest.agent;

import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.IdentityTable;
import io.wardroom.common.identity.TokenHash;
import org.jspecify.annotations.Nullable;

/// Finds the agent behind an `Authorization` header. Only agents' tokens open its doors: a person's never does.
public final class KnownAgents {
    private static final String BEARER = "Bearer ";
    // ms_ and 43 characters; anything much longer is none of ours and not worth hashing
    private static final int LONGEST_TOKEN = 128;

    private final IdentityTable<KnownAgent> identities;

    KnownAgents(IdentityTable<KnownAgent> identities) {
        this.identities = identities;
    }

    /// Who a token belongs to.
    public sealed interface Answer {
        record Known(KnownAgent agent) implements Answer {}

        record Unknown() implements Answer {}

        /// The table is still being read: the token may be a good one.
        record NotYetKnown() implements Answer {}
    }

    private static final Answer UNKNOWN = new Answer.Unknown();
    private static final Answer NOT_YET_KNOWN = new Answer.NotYetKnown();

    public Answer find(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return UNKNOWN;
        }
        var token = authorization.substring(BEARER.length()).strip();
        if (!token.startsWith(AgentIdentity.TOKEN_PREFIX) || token.length() > LONGEST_TOKEN) {
            return UNKNOWN;
        }
        var agent = identities.find(TokenHash.of(token));
        if (agent.isPresent()) {
            return new Answer.Known(agent.get());
        }
        return identities.isComplete() ? UNKNOWN : NOT_YET_KNOWN;
    }
}
