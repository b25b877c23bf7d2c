package io.wardroom.gateway.limit;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.trail.Trail;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Puts on record who was refused by a limit: one row a limit, key and minute on each replica, so that whoever floods
/// the gateway does not flood the audit log.
@Component
public class LimitRefusals {
    private static final Logger LOG = LoggerFactory.getLogger(LimitRefusals.class);
    private static final String ENTITY = "rate_limit";
    private static final String REASON = "RATE_LIMITED";

    private final Trail trail;

    LimitRefusals(Trail trail) {
        this.trail = trail;
    }

    private record Refused(String limit, String key) {}

    /// Somebody without a name.
    Mono<Void> ofAddress(Counter counter, Caller caller) {
        var deed = new Deed(
                TenantId.PLATFORM, "user", null, null, counter.action(), ENTITY, counter.name(), null, Map.of());
        return record(counter, String.valueOf(caller.sourceIp()), deed, caller);
    }

    Mono<Void> ofPerson(Counter counter, Jwt token, Caller caller) {
        try {
            return record(
                    counter,
                    String.valueOf(token.getSubject()),
                    Deed.by(Actor.of(token), counter.action(), ENTITY, counter.name()),
                    caller);
        } catch (IllegalArgumentException noRole) {
            return ofAddress(counter, caller);
        }
    }

    public Mono<Void> ofAgent(Counter counter, KnownAgent agent, Caller caller) {
        var deed = Deed.byAgent(agent.tenant(), agent.id(), counter.action(), ENTITY, counter.name());
        return record(counter, agent.key(), deed, caller);
    }

    /// The refusal stands whether or not it can be put on record.
    private Mono<Void> record(Counter counter, String key, Deed deed, Caller caller) {
        if (!counter.isAboutDeeds()) {
            return Mono.empty();
        }
        return trail.recordOnce(new Refused(counter.name(), key), deed.refused(REASON), caller)
                .onErrorResume(failure -> {
                    LOG.atWarn()
                            .addKeyValue("request_id", caller.requestId())
                            .log("a refusal by the limit {} is not on record: {}", counter.name(), failure.toString());
                    return Mono.empty();
                });
    }
}
