package io.wardroom.gateway.login;

import io.netty.channel.ChannelOption;
import io.wardroom.common.security.TokenProperties;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.keycloak.LoginPage;
import java.time.Duration;
import java.util.List;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/// Reads ID tokens, which are for the client that asked and no one else (OpenID Connect Core, section 3.1.3.7).
@Component
class IdTokens {
    private static final Duration KEYS_TIMEOUT = Duration.ofSeconds(3);

    private final NimbusReactiveJwtDecoder decoder;

    IdTokens(TokenProperties token, LoginPage page) {
        var http = HttpClient.create()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) KEYS_TIMEOUT.toMillis())
                .responseTimeout(KEYS_TIMEOUT);
        this.decoder = NimbusReactiveJwtDecoder.withJwkSetUri(token.keysUri())
                .webClient(WebClient.builder()
                        .clientConnector(new ReactorClientHttpConnector(http))
                        .build())
                .build();
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
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
