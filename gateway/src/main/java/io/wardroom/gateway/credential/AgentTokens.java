package io.wardroom.gateway.credential;

import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.IdentityTable;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// Knows agents by their tokens, without a look into any database.
@Component
public class AgentTokens {
    private static final String BEARER = "Bearer ";
    private static final String ENROLMENT_PREFIX = "we_";
    private static final int LONGEST_TOKEN = 128;

    private final IdentityTable<KnownAgent> identities;

    AgentTokens(IdentityTable<KnownAgent> identities) {
        this.identities = identities;
    }

    /// The agent whose token stands in an `Authorization` header.
    ///
    /// @throws ProblemException 401 if there is none, 503 if there might be one that is not known here yet
    KnownAgent agentBehind(@Nullable String authorization) {
        return agentWith(hashBehind(authorization));
    }

    /// The hash of the token in an `Authorization` header.
    ///
    /// @throws ProblemException 401 if it shows no agent's token
    public String hashBehind(@Nullable String authorization) {
        var token = bearer(authorization);
        if (token == null || !token.startsWith(AgentIdentity.TOKEN_PREFIX)) {
            throw Refusals.noCredential();
        }
        return TokenHash.of(token);
    }

    /// The agent whose token has a hash.
    ///
    /// @throws ProblemException as [#agentBehind]
    public KnownAgent agentWith(String tokenHash) {
        var agent = identities.find(tokenHash);
        if (agent.isPresent()) {
            return agent.get();
        }
        throw identities.isComplete() ? Refusals.noCredential() : Refusals.away("the list of agents");
    }

    /// Whether a header shows what may be a token to register with; agent-service says whether it is one.
    boolean mayRegister(@Nullable String authorization) {
        var token = bearer(authorization);
        return token != null && (token.startsWith(ENROLMENT_PREFIX) || token.startsWith(AgentIdentity.TOKEN_PREFIX));
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        if (authorization == null
                || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                || authorization.length() > BEARER.length() + LONGEST_TOKEN) {
            return null;
        }
        return authorization.substring(BEARER.length()).strip();
    }
}
