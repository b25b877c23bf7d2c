package io.wardroom.gateway.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.wardroom.common.identity.IdentityTable;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.RememberedTokens;
import io.wardroom.common.security.TokenProperties;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.gateway.keycloak.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import tools.jackson.databind.json.JsonMapper;

/// Tokens with a good signature and one thing wrong.
class DecoderTest {
    private static final TestUpstream ISSUER = TestUpstream.start();
    private static RSAKey key;
    private static ReactiveJwtDecoder decoder;
    private static String issuer;

    @BeforeAll
    static void anIssuerWithAKey() throws JOSEException {
        key = new RSAKeyGenerator(2048).keyID("k").generate();
        issuer = ISSUER.url() + "/realms/wardroom";
        ISSUER.answer(
                "/realms/wardroom/protocol/openid-connect/certs",
                TestUpstream.json(200, new JWKSet(key.toPublicJWK()).toString()));
        decoder = decoderFor(issuer);
    }

    private static ReactiveJwtDecoder decoderFor(String issuer) {
        var settings = new TokenProperties(issuer, "wardroom");
        return new CredentialConfiguration().jwtDecoder(new RememberedTokens(settings), new SigningKeys(settings));
    }

    @AfterAll
    static void noIssuer() {
        ISSUER.stop();
    }

    @Test
    void aGoodTokenIsRead() {
        assertThat(read(good().build()).getSubject()).isEqualTo("someone");
    }

    @Test
    void aTokenThatWasGoodIsNoneWithAnotherSignature() {
        var token = signed(good().build());
        assertThat(decoder.decode(token).block(Duration.ofSeconds(10))).isNotNull();
        var end = token.lastIndexOf('.') + 1;

        isRefused(token.substring(0, end)
                + signed(good().subject("another").build()).substring(end));
    }

    @Test
    void aForeignIssuerIsRefused() {
        isRefused(good().issuer("http://elsewhere/realms/wardroom").build());
    }

    @Test
    void aTokenForSomeoneElseIsRefused() {
        isRefused(good().audience("account").build());
        isRefused(good().audience(List.of()).build());
    }

    @Test
    void anExpiredTokenIsRefused() {
        isRefused(good().issueTime(minutesFromNow(-30))
                .expirationTime(minutesFromNow(-15))
                .build());
    }

    @Test
    void anUnsignedTokenIsRefused() {
        isRefused(new PlainJWT(good().build()).serialize());
    }

    @Test
    void aTokenSignedWithThePublicKeyAsASecretIsRefused() throws Exception {
        var publicKey = key.toRSAPublicKey().getEncoded();
        var pem = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey));

        for (var secret : List.of(
                publicKey,
                pem.getBytes(StandardCharsets.US_ASCII),
                key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
            for (var algorithm : List.of(JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512)) {
                var token = new SignedJWT(
                        new JWSHeader.Builder(algorithm).keyID("k").build(), good().build());
                token.sign(new MACSigner(secret));
                isRefused(token.serialize());
            }
        }
    }

    @Test
    void aTokenThatBringsItsOwnKeyIsRefused() throws Exception {
        var theirs = new RSAKeyGenerator(2048).keyID("k").generate();
        var token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("k")
                        .jwk(theirs.toPublicJWK())
                        .build(),
                good().build());
        token.sign(new RSASSASigner(theirs));

        isRefused(token.serialize());
    }

    @Test
    void whileTheIssuerIsAwayItsKeysAreRememberedAndWithoutThemNobodyCanSay() {
        var issuer = TestUpstream.start();
        issuer.answer(
                "/realms/wardroom/protocol/openid-connect/certs",
                TestUpstream.json(200, new JWKSet(key.toPublicJWK()).toString()));
        var url = issuer.url() + "/realms/wardroom";
        var remembering = decoderFor(url);
        var ignorant = decoderFor(url);
        var token = signed(good().issuer(url).build());
        assertThat(remembering.decode(token).block(Duration.ofSeconds(10))).isNotNull();

        issuer.stop();

        // another one, which has not been read before
        var another = signed(good().issuer(url).subject("someone else").build());
        assertThat(remembering.decode(another).block(Duration.ofSeconds(10))).isNotNull();
        assertThatThrownBy(() -> ignorant.decode(token).block(Duration.ofSeconds(10)))
                .isInstanceOfSatisfying(ProblemException.class, refusal -> {
                    assertThat(refusal.problem()).isEqualTo(CommonProblem.UNAVAILABLE);
                    assertThat(refusal.retryAfter()).isPositive();
                });
    }

    /// As bad, not as a fault of ours: answered 401.
    private static void isRefused(String token) {
        assertThatThrownBy(() -> decoder.decode(token).block(Duration.ofSeconds(10)))
                .isInstanceOf(BadJwtException.class);
    }

    @Test
    void beforeTheListOfAgentsIsCompleteAnUnknownTokenMayBeGood() {
        var notStarted = new IdentityTable<KnownAgent>(
                new DefaultKafkaConsumerFactory<>(java.util.Map.of()),
                JsonMapper.shared(),
                (identity, _) -> KnownAgent.of(identity));

        assertThatThrownBy(() -> new AgentTokens(notStarted).agentBehind("Bearer ms_unknown"))
                .isInstanceOfSatisfying(ProblemException.class, refusal -> {
                    assertThat(refusal.problem()).isEqualTo(CommonProblem.UNAVAILABLE);
                    assertThat(refusal.retryAfter()).isPositive();
                });
    }

    private static JWTClaimsSet.Builder good() {
        return new JWTClaimsSet.Builder()
                .subject("someone")
                .issuer(issuer)
                .audience(List.of("account", "wardroom"))
                .issueTime(minutesFromNow(-1))
                .expirationTime(minutesFromNow(10));
    }

    private static void isRefused(JWTClaimsSet claims) {
        assertThatThrownBy(() -> read(claims)).isInstanceOf(JwtValidationException.class);
    }

    private static org.springframework.security.oauth2.jwt.Jwt read(JWTClaimsSet claims) {
        return decoder.decode(signed(claims)).block(Duration.ofSeconds(10));
    }

    private static String signed(JWTClaimsSet claims) {
        try {
            var token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(), claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static Date minutesFromNow(int minutes) {
        return Date.from(Instant.now().plus(Duration.ofMinutes(minutes)));
    }
}
