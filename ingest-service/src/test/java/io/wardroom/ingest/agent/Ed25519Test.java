package io.wardroom.ingest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Ed25519Test {
    record Signed(byte[] key, byte[] digest, byte[] signature) {}

    static Stream<Ed25519> implementations() {
        return Stream.of(new CorrettoEd25519(), new BouncyEd25519());
    }

    static List<Signed> signedByOpenssl() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/openssl-signatures.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" "))
                .map(columns -> new Signed(
                        base64(columns[0]),
                        sha256(columns[1].equals("-") ? new byte[0] : base64(columns[1])),
                        base64(columns[2])))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void verifiesWhatOpensslSigned(Ed25519 ed25519) throws Exception {
        assertThat(signedByOpenssl()).hasSize(7);
        for (var one : signedByOpenssl()) {
            var key = ed25519.keyOf(one.key());

            assertThat(key.verifies(one.digest(), one.signature())).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void refusesASignatureOfWhichOneBitChanged(Ed25519 ed25519) throws Exception {
        var one = signedByOpenssl().getFirst();
        var key = ed25519.keyOf(one.key());

        for (var bit = 0; bit < one.signature().length * 8; bit++) {
            var changed = one.signature().clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);

            assertThat(key.verifies(one.digest(), changed)).as("bit %d", bit).isFalse();
        }
        assertThat(key.verifies(one.digest(), one.signature())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void refusesAnotherMessageAnotherKeyAndOtherLengths(Ed25519 ed25519) throws Exception {
        var one = signedByOpenssl().get(0);
        var other = signedByOpenssl().get(1);
        var key = ed25519.keyOf(one.key());

        assertThat(key.verifies(other.digest(), one.signature())).isFalse();
        assertThat(ed25519.keyOf(other.key()).verifies(one.digest(), one.signature()))
                .isFalse();
        for (var length : new int[] {0, 1, 63, 65, 128}) {
            assertThat(key.verifies(one.digest(), Arrays.copyOf(one.signature(), length)))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void refusesWhatIsNoKey(Ed25519 ed25519) {
        // y = 2 is on no point of the curve
        var noPoint = new byte[32];
        noPoint[0] = 2;

        assertThatThrownBy(() -> ed25519.keyOf(new byte[31])).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> ed25519.keyOf(new byte[33])).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> {
                    if (!ed25519.keyOf(noPoint).verifies(new byte[32], new byte[64])) {
                        // Corretto decodes the point when it verifies
                        throw new InvalidKeyException("verifies nothing");
                    }
                })
                .isInstanceOf(InvalidKeyException.class);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void verifiesOnManyThreadsAtOnce(Ed25519 ed25519) throws Exception {
        var signed = signedByOpenssl();
        var keys = signed.stream()
                .map(one -> {
                    try {
                        return ed25519.keyOf(one.key());
                    } catch (InvalidKeyException impossible) {
                        throw new IllegalStateException(impossible);
                    }
                })
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = IntStream.range(0, 2_000)
                    .mapToObj(i -> threads.submit(() -> keys.get(i % 7)
                            .verifies(
                                    signed.get((i + i % 2) % 7).digest(),
                                    signed.get(i % 7).signature())))
                    .toList();

            for (var i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get()).isEqualTo(i % 2 == 0);
            }
        }
    }

    @Test
    void theNativeOneIsChosenWhereItLoads() {
        assertThat(Ed25519.fastest().name()).isEqualTo("corretto");
    }

    static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
