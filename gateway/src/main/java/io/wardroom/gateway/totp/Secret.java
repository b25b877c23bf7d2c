package io.wardroom.gateway.totp;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import com.google.zxing.BarcodeFormat;
import com.google.zxing.WriterException;
import com.google.zxing.client.j2se.MatrixToImageWriter;
import com.google.zxing.qrcode.QRCodeWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.crypto.spec.SecretKeySpec;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.commons.codec.binary.Base32;

/// The secret that an authenticator app and Keycloak share: SHA-1, 6 digits, 30 s (RFC 6238).
///
/// @param base32 20 bytes (RFC 4226, section 4: as long as the hash)
record Secret(String base32) {
    private static final int BYTES = 20;
    /// How many steps a clock may be off, either way; as Keycloak has it.
    private static final int WINDOW = 1;

    private static final int QR_PIXELS = 240;
    private static final SecureRandom RANDOM = new SecureRandom();

    static Secret random() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new Secret(new Base32().encodeAsString(bytes));
    }

    /// Whether a code of six digits is of this secret and about this time.
    boolean made(String code, Instant now) {
        var codes = new TimeBasedOneTimePasswordGenerator();
        var key = new SecretKeySpec(new Base32().decode(base32), codes.getAlgorithm());
        return IntStream.rangeClosed(-WINDOW, WINDOW)
                .mapToObj(step -> now.plus(codes.getTimeStep().multipliedBy(step)))
                .map(moment -> codeAt(moment, codes, key))
                .anyMatch(right -> MessageDigest.isEqual(
                        right.getBytes(StandardCharsets.US_ASCII), code.getBytes(StandardCharsets.UTF_8)));
    }

    private static String codeAt(Instant moment, TimeBasedOneTimePasswordGenerator codes, SecretKeySpec key) {
        try {
            return codes.generateOneTimePasswordString(key, moment, Locale.ROOT);
        } catch (InvalidKeyException impossible) {
            throw new IllegalStateException("HMAC takes every key", impossible);
        }
    }

    /// What an authenticator app reads
    /// ([Key Uri Format](https://github.com/google/google-authenticator/wiki/Key-Uri-Format)).
    String url(String issuer, String account) {
        return "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=6&period=30"
                .formatted(encoded(issuer), encoded(account), base32, encoded(issuer));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// The URL as a picture to scan: PNG in base64. Takes some milliseconds.
    String picture(String issuer, String account) {
        try (var bytes = new ByteArrayOutputStream();
                // in memory: the usual one would lay the secret in a file on its way
                var stream = new MemoryCacheImageOutputStream(bytes)) {
            var matrix = new QRCodeWriter().encode(url(issuer, account), BarcodeFormat.QR_CODE, QR_PIXELS, QR_PIXELS);
            ImageIO.write(MatrixToImageWriter.toBufferedImage(matrix), "png", stream);
            stream.flush();
            return Base64.getEncoder().encodeToString(bytes.toByteArray());
        } catch (WriterException impossible) {
            throw new IllegalStateException("the URL is short enough for a QR code", impossible);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// Never shows the secret.
    @Override
    public String toString() {
        return "Secret";
    }
}
