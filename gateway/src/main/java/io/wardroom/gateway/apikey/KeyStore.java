package io.wardroom.gateway.apikey;

import io.wardroom.gateway.session.SharedStore;
import java.time.Clock;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// The keys in use, sealed in Redis under their hashes, and those that must not be used any more.
@Component
class KeyStore {
    private static final String REVOKED = "revoked";

    private final SharedStore store;
    private final JsonMapper json;
    private final Clock clock;
    private final ApiKeyProperties properties;

    KeyStore(SharedStore store, JsonMapper json, Clock clock, ApiKeyProperties properties) {
        this.store = store;
        this.json = json;
        this.clock = clock;
        this.properties = properties;
    }

    /// Empty where the key is not in use, or was revoked.
    Mono<Held> find(String hash) {
        return store.readSealedUnless(forbidden(hash), held(hash)).map(this::read);
    }

    /// Keeps it as long as its token is used.
    Mono<Void> keep(String hash, Held held) {
        var left = held.left(clock.instant());
        return store.writeSealed(
                held(hash), written(held), left.compareTo(properties.tokenKept()) < 0 ? left : properties.tokenKept());
    }

    /// The key is not found from now on, longer than anything is kept of it, whoever keeps it at this moment.
    Mono<Void> forbid(String hash) {
        return store.write(forbidden(hash), REVOKED, properties.tokenKept().multipliedBy(2));
    }

    Mono<Void> allow(String hash) {
        return store.delete(forbidden(hash));
    }

    String written(Held held) {
        return json.writeValueAsString(held);
    }

    Held read(String written) {
        return json.readValue(written, Held.class);
    }

    private static String held(String hash) {
        return "wardroom:api-key:" + hash;
    }

    private static String forbidden(String hash) {
        return "wardroom:api-key:%s:revoked".formatted(hash);
    }
}
