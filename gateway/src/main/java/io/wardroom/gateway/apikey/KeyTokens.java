package io.wardroom.gateway.apikey;

import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.apikey.ApiKeyRepository.Kept;
import io.wardroom.gateway.door.ApiKeyHeader;
import io.wardroom.gateway.keycloak.Accounts;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.session.Once;
import io.wardroom.gateway.session.StandIn;
import io.wardroom.gateway.work.Workers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Service;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Gives whoever shows a key an access token of the key's owner, with the roles that the owner has now.
///
/// Keycloak is asked once for the lifetime of such a token, whichever gateways the key is shown to. A wrong key costs a
/// look into Redis and one into the database, and never reaches Keycloak.
@Service
@Order(1)
class KeyTokens implements StandIn {
    private static final Logger LOG = LoggerFactory.getLogger(KeyTokens.class);
    private static final String BEARER = "Bearer ";

    /// What stands in the place of a token.
    private static final String REFUSED = "";

    private static final String LOCKED = "locked";

    private final KeyStore store;
    private final ApiKeyRepository repository;
    private final Workers workers;
    private final Once once;
    private final Grants grants;
    private final Accounts accounts;
    private final ReactiveJwtDecoder decoder;
    private final KeyRefusals refusals;
    private final Clock clock;
    private final ApiKeyProperties properties;

    KeyTokens(
            KeyStore store,
            ApiKeyRepository repository,
            Workers workers,
            Once once,
            Grants grants,
            Accounts accounts,
            ReactiveJwtDecoder decoder,
            KeyRefusals refusals,
            Clock clock,
            ApiKeyProperties properties) {
        this.store = store;
        this.repository = repository;
        this.workers = workers;
        this.once = once;
        this.grants = grants;
        this.accounts = accounts;
        this.decoder = decoder;
        this.refusals = refusals;
        this.clock = clock;
        this.properties = properties;
    }

    /// A key as the bearer's token, or in `X-API-Key` where there is no such token.
    ///
    /// @return an error 401 for what is no good key, whatever is wrong with it
    @Override
    public Mono<String> tokenOf(ServerWebExchange exchange) {
        return Mono.justOrEmpty(shownBy(exchange)).flatMap(shown -> Mono.justOrEmpty(ApiKey.of(shown))
                .map(ApiKey::hash)
                .flatMap(hash -> held(hash, exchange).map(held -> boundTo(exchange, hash, held)))
                .switchIfEmpty(Mono.error(Refusals::noCredential)));
    }

    /// Asked for in the next second: tokens know their time in whole seconds, and one of the second in which its person
    /// was changed is outdated too.
    @Override
    public Mono<String> newerTokenOf(ServerWebExchange exchange) {
        if (!(exchange.getAttribute(InUse.ATTRIBUTE) instanceof InUse(var hash, var held))) {
            return Mono.empty();
        }
        var now = clock.instant();
        var rest = Duration.between(now, now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1));
        return renewed(hash, held, rest).map(newer -> boundTo(exchange, hash, newer));
    }

    private static Optional<String> shownBy(ServerWebExchange exchange) {
        var authorization = exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
        if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(authorization.substring(BEARER.length()).strip());
        }
        var keys = ApiKeyHeader.of(exchange);
        return keys.isEmpty() ? Optional.empty() : Optional.of(keys.size() == 1 ? keys.getFirst() : "");
    }

    /// Empty for a key that is no good.
    private Mono<Held> held(String hash, ServerWebExchange exchange) {
        return store.find(hash)
                .filter(held -> !held.key().isOver(clock.instant()))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(found -> found.map(held -> fresh(hash, held)).orElseGet(() -> first(hash, exchange)));
    }

    private Mono<Held> fresh(String hash, Held held) {
        var left = held.left(clock.instant());
        if (left.compareTo(properties.renewAhead()) > 0) {
            return Mono.just(held);
        }
        return left.isPositive()
                // the token is still good while Keycloak or the database is away
                ? renewed(hash, held, Duration.ZERO).onErrorResume(_ -> Mono.just(held))
                : renewed(hash, held, Duration.ZERO);
    }

    /// Looks ahead of the lock, which is for good keys: nobody who guesses takes one.
    private Mono<Held> first(String hash, ServerWebExchange exchange) {
        return kept(hash)
                .flatMap(kept -> good(kept)
                        .map(key -> once.ask("api-key:" + hash, granted(hash, key)))
                        .orElseGet(() -> refusals.record(
                                        kept.key()
                                                .deed(KeyRefusals.USED)
                                                .refused(kept.revoked() ? "REVOKED" : "EXPIRED"),
                                        exchange)
                                .then(Mono.empty())))
                .flatMap(this::read);
    }

    /// The successor of a token, once for all who hold the same one; empty where there is none.
    private Mono<Held> renewed(String hash, Held held, Duration pause) {
        var work = Mono.delay(pause)
                .then(kept(hash))
                .flatMap(kept -> Mono.justOrEmpty(good(kept)))
                .flatMap(key -> granted(hash, key))
                .defaultIfEmpty(REFUSED);
        return once.ask("api-key:%s:%s".formatted(hash, TokenHash.of(held.accessToken())), work)
                .flatMap(this::read);
    }

    private Mono<Kept> kept(String hash) {
        return workers.inTransactionForAny(() -> repository.find(hash).orElse(null));
    }

    private Optional<KnownKey> good(Kept kept) {
        return kept.revoked() || kept.key().isOver(clock.instant()) ? Optional.empty() : Optional.of(kept.key());
    }

    private Mono<String> granted(String hash, KnownKey key) {
        return grants.byApiKey(key.username())
                .flatMap(token -> decoder.decode(token)
                        .onErrorMap(JwtException.class, _ -> Refusals.away("the identity provider"))
                        .flatMap(read -> taken(hash, key, read)))
                .switchIfEmpty(Mono.defer(() -> whyNot(key)));
    }

    private Mono<String> taken(String hash, KnownKey key, Jwt token) {
        var held = new Held(key, token.getTokenValue(), endOf(token));
        // the token goes on without the session that was made for it: nobody refreshes it or logs out
        var end = Mono.justOrEmpty(Optional.ofNullable(token.getClaimAsString("sid")))
                .flatMap(grants::endSession)
                .doOnError(failure -> LOG.warn("the session of an API key's token stays open: {}", failure.toString()))
                .onErrorComplete();
        if (!key.isOf(token)) {
            LOG.error("the name of the owner of API key {} is another's now", key.id());
            return end.thenReturn(REFUSED);
        }
        return end.then(Mono.defer(() -> store.keep(hash, held))).then(Mono.fromSupplier(() -> store.written(held)));
    }

    /// Wrong passwords lock an account for a while, whoever tries them; that is no fault of the key.
    private Mono<String> whyNot(KnownKey key) {
        return accounts.withId(key.owner())
                .map(owner -> owner.active() ? LOCKED : REFUSED)
                .defaultIfEmpty(REFUSED);
    }

    private Mono<Held> read(String answer) {
        return switch (answer) {
            case REFUSED -> Mono.empty();
            case LOCKED ->
                Mono.error(CommonProblem.UNAVAILABLE
                        .because("the key's owner is locked out for a while")
                        .retryAfter(Refusals.PAUSE));
            default -> Mono.just(store.read(answer));
        };
    }

    private static Instant endOf(Jwt token) {
        var end = token.getExpiresAt();
        if (end == null) {
            throw new IllegalStateException("Keycloak's access tokens end");
        }
        return end;
    }

    private static String boundTo(ServerWebExchange exchange, String hash, Held held) {
        exchange.getAttributes().put(InUse.ATTRIBUTE, new InUse(hash, held));
        held.key().bindTo(exchange);
        return held.accessToken();
    }

    private record InUse(String hash, Held held) {
        static final String ATTRIBUTE = InUse.class.getName();
    }
}
