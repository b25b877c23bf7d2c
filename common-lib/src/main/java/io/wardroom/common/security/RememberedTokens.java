package io.wardroom.common.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.JwtValidators;

/// People's tokens whose signature was good a moment ago: that is asked once a minute, what the claims promise each
/// time. The minute is also how long a key that the issuer has withdrawn still counts.
public final class RememberedTokens {
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final long MOST_CHARACTERS = 8_000_000;

    private final OAuth2TokenValidator<Jwt> validator;
    private final Cache<String, Jwt> signed = Caffeine.newBuilder()
            .maximumWeight(MOST_CHARACTERS)
            .weigher((String token, Jwt _) -> token.length())
            .expireAfterWrite(KEPT)
            .build();

    public RememberedTokens(TokenProperties token) {
        this.validator = new DelegatingOAuth2TokenValidator<>(
                JwtValidators.createDefaultWithIssuer(token.issuer()),
                new JwtClaimValidator<List<String>>(
                        JwtClaimNames.AUD, audience -> audience != null && audience.contains(token.audience())));
    }

    /// What a token has to promise beside its signature: issuer, audience, time.
    public OAuth2TokenValidator<Jwt> validator() {
        return validator;
    }

    /// Empty where the signature has to be looked at.
    ///
    /// @throws JwtValidationException if its claims do not hold any more
    public Optional<Jwt> find(String token) {
        var known = Optional.ofNullable(signed.getIfPresent(token));
        known.map(validator::validate).ifPresent(result -> {
            if (result.hasErrors()) {
                throw new JwtValidationException("the token is not good any more", result.getErrors());
            }
        });
        return known;
    }

    /// Remembers a token that was found good as a whole.
    public Jwt keep(Jwt good) {
        signed.put(good.getTokenValue(), good);
        return good;
    }
}
