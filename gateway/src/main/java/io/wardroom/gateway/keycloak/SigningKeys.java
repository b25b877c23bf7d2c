package io.wardroom.gateway.keycloak;

import io.netty.channel.ChannelOption;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.TokenProperties;
import io.wardroom.gateway.answer.Refusals;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;

/// The keys that Keycloak signs its tokens with: fetched with the first token, and remembered.
@Component
public class SigningKeys {
    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final TokenProperties token;

    public SigningKeys(TokenProperties token) {
        this.token = token;
    }

    /// Reads tokens that one of the keys has signed; 503 while the keys cannot be had.
    ///
    /// @param validator what a token has to promise beside its signature
    public ReactiveJwtDecoder decoder(OAuth2TokenValidator<Jwt> validator) {
        var http = HttpClient.create()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) TIMEOUT.toMillis())
                .responseTimeout(TIMEOUT);
        var decoder = NimbusReactiveJwtDecoder.withJwkSetUri(token.keysUri())
                .webClient(WebClient.builder()
                        .clientConnector(new ReactorClientHttpConnector(http))
                        .build())
                .build();
        decoder.setJwtValidator(validator);
        return shown -> decoder.decode(shown).onErrorMap(IllegalStateException.class, SigningKeys::away);
    }

    private static ProblemException away(Throwable cause) {
        LOG.warn("the keys that tokens are signed with cannot be had: {}", String.valueOf(cause.getCause()));
        return Refusals.away("the identity provider");
    }
}
