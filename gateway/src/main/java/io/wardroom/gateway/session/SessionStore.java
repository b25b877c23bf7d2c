package io.wardroom.gateway.session;

import java.time.Clock;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// The sessions in Redis, sealed, found by the key of their id or by Keycloak's name for them.
@Component
class SessionStore {
    private final SharedStore store;
    private final JsonMapper json;
    private final Clock clock;

    SessionStore(SharedStore store, JsonMapper json, Clock clock) {
        this.store = store;
        this.json = json;
        this.clock = clock;
    }

    Mono<Session> withKey(String key) {
        return store.readSealed(byKey(key)).map(text -> json.readValue(text, Session.class));
    }

    Mono<Session> withSid(String sid) {
        return store.readSealed(bySid(sid)).flatMap(this::withKey);
    }

    Mono<Void> add(Session session) {
        var keep = left(session);
        return store.writeSealed(bySid(session.sid()), session.key(), keep).then(save(session));
    }

    Mono<Void> save(Session session) {
        return store.writeSealed(byKey(session.key()), json.writeValueAsString(session), left(session));
    }

    Mono<Void> remove(Session session) {
        return store.delete(byKey(session.key())).then(store.delete(bySid(session.sid())));
    }

    Duration left(Session session) {
        return Duration.between(clock.instant(), session.endsAt());
    }

    private static String byKey(String key) {
        return "wardroom:session:" + key;
    }

    private static String bySid(String sid) {
        return "wardroom:session-of:" + sid;
    }
}
