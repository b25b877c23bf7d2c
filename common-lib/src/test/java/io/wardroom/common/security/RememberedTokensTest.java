package io.wardroom.common.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtValidationException;

class RememberedTokensTest {
    private static final String ISSUER = "https://issuer.example";

    private final RememberedTokens tokens = new RememberedTokens(new TokenProperties(ISSUER, "wardroom"));

    @Test
    void onlyWhatWasKeptIsKnown() {
        var good = token(ISSUER, "wardroom", Instant.now().plusSeconds(60));

        assertThat(tokens.find(good.getTokenValue())).isEmpty();
        assertThat(tokens.keep(good)).isSameAs(good);

        assertThat(tokens.find(good.getTokenValue())).containsSame(good);
        assertThat(tokens.find(good.getTokenValue() + "x")).isEmpty();
    }

    @Test
    void aTokenThatHasEndedSinceIsNotGood() {
        var ended = token(ISSUER, "wardroom", Instant.now().minus(Duration.ofMinutes(5)));
        tokens.keep(ended);

        assertThatThrownBy(() -> tokens.find(ended.getTokenValue())).isInstanceOf(JwtValidationException.class);
    }

    @Test
    void anotherIssuerOrAudienceIsNotGood() {
        for (var foreign : List.of(
                token("https://elsewhere.example", "wardroom", Instant.now().plusSeconds(60)),
                token(ISSUER, "another", Instant.now().plusSeconds(60)))) {
            assertThat(tokens.validator().validate(foreign).hasErrors()).isTrue();
        }
    }

    private static Jwt token(String issuer, String audience, Instant end) {
        return Jwt.withTokenValue("a.b.%d%s%s".formatted(end.getEpochSecond(), issuer, audience))
                .header("alg", "RS256")
                .issuer(issuer)
                .audience(List.of(audience))
                .issuedAt(end.minusSeconds(900))
                .expiresAt(end)
                .build();
    }
}
