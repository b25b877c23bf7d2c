package io.wardroom.gateway.credential;

import io.wardroom.common.security.RememberedTokens;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/// Asks `decoder` about tokens that are not remembered.
record RememberingDecoder(ReactiveJwtDecoder decoder, RememberedTokens remembered) implements ReactiveJwtDecoder {
    @Override
    public Mono<Jwt> decode(String token) {
        return Mono.defer(() -> remembered.find(token).map(Mono::just).orElseGet(() -> decoder.decode(token)
                .map(remembered::keep)));
    }
}
