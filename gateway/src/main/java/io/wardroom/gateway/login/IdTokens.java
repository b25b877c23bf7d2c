package io.wardroom.gateway.login;

import io.wardroom.common.security.TokenProperties;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.keycloak.LoginPage;
import io.wardroom.gateway.keycloak.SigningKeys;
import java.util.List;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Reads ID tokens, which are for the client that asked and no one else (OpenID Connect Core, section 3.1.3.7).
@Component
class IdTokens {
    private final ReactiveJwtDecoder decoder;

    IdTokens(TokenProperties token, SigningKeys keys, LoginPage page) {
        this.decoder = keys.decoder(new DelegatingOAuth2TokenValidator<>(
                JwtValidators.createDefaultWithIssuer(token.issuer()),
                new JwtClaimValidator<List<String>>(
                        JwtClaimNames.AUD, audience -> List.of(page.audience()).equals(audience))));
    }

    /// Whether the token is good, and of the login with that nonce.
    Mono<Boolean> isOf(String nonce, String idToken) {
        return decoder.decode(idToken)
                .map(token -> nonce.equals(token.getClaimAsString("nonce")))
                .onErrorReturn(BadJwtException.class, false)
                .onErrorMap(JwtException.class, _ -> Refusals.away("the identity provider"));
    }
}
