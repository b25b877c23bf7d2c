package io.wardroom.gateway.totp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.client.j2se.BufferedImageLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.apache.commons.codec.binary.Base32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
    /// RFC 6238, appendix B, SHA-1; six digits are the last of its eight (RFC 4226, section 5.3).
    @ParameterizedTest
    @CsvSource({
        "59,          94287082",
        "1111111109,  07081804",
        "1111111111,  14050471",
        "1234567890,  89005924",
        "2000000000,  69279037",
        "20000000000, 65353130"
    })
    void theStandardsCodesAreRight(long second, String eightDigits) {
        var secret =
                new Secret(new Base32().encodeAsString("12345678901234567890".getBytes(StandardCharsets.US_ASCII)));

        assertThat(secret.made(eightDigits.substring(2), Instant.ofEpochSecond(second)))
                .isTrue();
    }

    @Test
    void aCodeIsGoodForOneStepEitherWay() {
        var secret = Secret.random();
        var now = Instant.parse("2026-01-31T09:15:10Z");
        var code = Authenticator.code(secret.base32(), now);

        assertThat(secret.made(code, now)).isTrue();
        assertThat(secret.made(code, now.plusSeconds(30))).isTrue();
        assertThat(secret.made(code, now.minusSeconds(30))).isTrue();
        assertThat(secret.made(code, now.plusSeconds(60))).isFalse();
        assertThat(secret.made(code, now.minusSeconds(60))).isFalse();
    }

    @Test
    void anotherLibraryMakesTheSameCodes() {
        for (var day = 0; day < 200; day++) {
            var secret = Secret.random();
            var moment = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofMinutes(1441L * day));

            assertThat(secret.made(Authenticator.code(secret.base32(), moment), moment))
                    .isTrue();
        }
    }

    @Test
    void secretsAreAsLongAsTheStandardAsksAndNeverTheSame() {
        var secret = Secret.random();

        assertThat(new Base32().decode(secret.base32())).hasSize(20);
        assertThat(secret.base32())
                .matches("[A-Z2-7]{32}")
                .isNotEqualTo(Secret.random().base32());
        assertThat(secret.toString()).doesNotContain(secret.base32());
    }

    @Test
    void thePictureShowsTheUrl() throws Exception {
        var secret = new Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");

        var picture = ImageIO.read(
                new ByteArrayInputStream(Base64.getDecoder().decode(secret.picture("Ward room", "a b@example.org"))));

        var read = new QRCodeReader()
                .decode(new BinaryBitmap(new HybridBinarizer(new BufferedImageLuminanceSource(picture))));
        assertThat(read.getText())
                .isEqualTo(secret.url("Ward room", "a b@example.org"))
                .isEqualTo("otpauth://totp/Ward%20room:a%20b%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
                        + "&issuer=Ward%20room&algorithm=SHA1&digits=6&period=30");
    }

    @Test
    void recoveryCodesAreReadHoweverTheyAreTyped() {
        var code = RecoveryCode.random();

        assertThat(code.shown()).matches("[A-Z2-7]{4}(-[A-Z2-7]{4}){3}");
        assertThat(Code.of(code.shown())).contains(new Code.Recovery(code));
        assertThat(Code.of(" " + code.letters().toLowerCase(java.util.Locale.ROOT) + " "))
                .contains(new Code.Recovery(code));
        assertThat(Code.of("123 456")).contains(new Code.OneTime("123456"));
        assertThat(code.toString()).doesNotContain(code.letters());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12345", "1234567", "abcdef", "１２３４５６", "AAAA-BBBB-CCCC-DDD1", "AAAA-BBBB-CCCC"})
    void whatHasNeitherFormIsNoCode(String text) {
        assertThat(Code.of(text)).isEmpty();
    }
}
