package io.wardroom.gateway.credential;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/// Checks a token's signature once a minute, and all that its claims promise each time. That minute is also how long a
/// key that Keycloak has withdrawn still counts.
final class RememberingDecoder implements ReactiveJwtDecoder {
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final long MOST_CHARACTERS = 16_000_000;

    private final ReactiveJwtDecoder decoder;
    private final OAuth2TokenValidator<Jwt> validator;
    private final Cache<String, Jwt> signed = Caffeine.newBuilder()
            .maximumWeight(MOST_CHARACTERS)
            .weigher((String token, Jwt _) -> token.length())
            .expireAfterWrite(KEPT)
            .build();

    /// @param decoder checks everything, by `validator` too
    RememberingDecoder(ReactiveJwtDecoder decoder, OAuth2TokenValidator<Jwt> validator) {
        this.decoder = decoder;
        this.validator = validator;
    }

    @Override
    public Mono<Jwt> decode(String token) {
        var known = signed.getIfPresent(token);
        if (known == null) {
            return decoder.decode(token).doOnNext(good -> signed.put(token, good));
        }
        var result = validator.validate(known);
        return result.hasErrors()
                ? Mono.error(() -> new JwtValidationException("the token is not good any more", result.getErrors()))
                : Mono.just(known);
    }
}
