package io.wardroom.gateway.apikey;

import io.wardroom.common.audit.Deed;
import io.wardroom.common.problem.CommonProblem;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Keeps keys from what is a person's alone to do.
@Component
public class PersonsOnly {
    private static final String REASON = "PERSON_ONLY";

    private final KeyRefusals refusals;

    PersonsOnly(KeyRefusals refusals) {
        this.refusals = refusals;
    }

    /// Goes on for a person. For a key the deed is on record as refused, and the answer is 403.
    public Mono<Void> admit(ServerWebExchange exchange, Deed deed) {
        return KnownKey.of(exchange)
                .map(key -> refusals.record(
                                deed.with("api_key", key.id().toString()).refused(REASON), exchange)
                        .then(Mono.<Void>error(() ->
                                CommonProblem.FORBIDDEN.because("an API key may not do this: it asks for a person"))))
                .orElseGet(Mono::empty);
    }
}
