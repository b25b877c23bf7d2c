package io.wardroom.ingest.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class BodyOpenerTest {
    private static final int MOST = 1 << 20;

    private final BodyOpener opener = new BodyOpener(MOST);

    @Test
    void opensWhatWasCompressed() throws Exception {
        var random = new Random(7);
        for (var size : new int[] {0, 1, 100, 3_000, 70_000, MOST - 1, MOST}) {
            var body = new byte[size];
            for (var i = 0; i < size; i++) {
                body[i] = (byte) ('a' + random.nextInt(4));
            }

            assertThat(open(ContentCoding.GZIP, gzip(body))).isEqualTo(body);
            assertThat(open(ContentCoding.ZSTD, Zstd.compress(body))).isEqualTo(body);
            assertThat(open(ContentCoding.ZSTD, zstdStream(body))).isEqualTo(body);
            assertThat(open(ContentCoding.IDENTITY, body)).isEqualTo(body);
        }
    }

    @Test
    void opensSeveralMembersAndFrames() throws Exception {
        var one = "one".repeat(500).getBytes();
        var two = "two".repeat(500).getBytes();

        assertThat(open(ContentCoding.GZIP, joined(gzip(one), gzip(two)))).isEqualTo(joined(one, two));
        assertThat(open(ContentCoding.ZSTD, joined(Zstd.compress(one), Zstd.compress(two))))
                .isEqualTo(joined(one, two));
    }

    @Test
    void opensAGzipWithEveryOptionalField() throws Exception {
        var plain = gzip("body".getBytes());
        var header = new ByteArrayOutputStream();
        header.write(plain, 0, 3);
        header.write(2 | 4 | 8 | 16);
        header.write(plain, 4, 6);
        header.writeBytes(new byte[] {3, 0, 'x', 'y', 'z'});
        header.writeBytes("name\0".getBytes());
        header.writeBytes("comment\0".getBytes());
        header.writeBytes(new byte[] {1, 2});
        header.write(plain, 10, plain.length - 10);

        assertThat(open(ContentCoding.GZIP, header.toByteArray())).isEqualTo("body".getBytes());
    }

    @Test
    void stopsABombAtTheBound() throws Exception {
        var bomb = new byte[64 << 20];

        for (var compressed : new byte[][] {gzip(bomb)}) {
            assertThat(compressed.length).isLessThan(MOST);
            assertThatThrownBy(() -> open(ContentCoding.GZIP, compressed))
                    .isInstanceOfSatisfying(MalformedBatch.class, fault -> assertThat(fault.tooLarge())
                            .isTrue());
        }
        for (var compressed : new byte[][] {Zstd.compress(bomb), zstdStream(bomb), zstdStream(new byte[MOST + 1])}) {
            assertThatThrownBy(() -> open(ContentCoding.ZSTD, compressed))
                    .isInstanceOfSatisfying(MalformedBatch.class, fault -> assertThat(fault.tooLarge())
                            .isTrue());
        }
    }

    @Test
    void refusesWhatIsCutOffOrChangedAndStaysOfUse() throws Exception {
        var body = "{\"items\":[]}".repeat(200).getBytes();
        var random = new Random(11);
        var gzip = gzip(body);
        var zstd = Zstd.compress(body);
        for (var i = 0; i < 2_000; i++) {
            refusedOrEqual(ContentCoding.GZIP, spoiled(gzip, random), body);
            refusedOrEqual(ContentCoding.ZSTD, spoiled(zstd, random), body);
        }

        assertThatThrownBy(() -> open(ContentCoding.GZIP, new byte[0])).isInstanceOf(MalformedBatch.class);
        assertThatThrownBy(() -> open(ContentCoding.GZIP, Arrays.copyOf(gzip, gzip.length - 1)))
                .isInstanceOf(MalformedBatch.class);
        assertThatThrownBy(() -> open(ContentCoding.GZIP, zstd)).isInstanceOf(MalformedBatch.class);
        assertThatThrownBy(() -> open(ContentCoding.ZSTD, gzip)).isInstanceOf(MalformedBatch.class);
        assertThat(open(ContentCoding.GZIP, gzip)).isEqualTo(body);
        assertThat(open(ContentCoding.ZSTD, zstd)).isEqualTo(body);
    }

    /// Nothing but a refusal or a body may come of it; a change that the format does not notice cannot be noticed.
    private void refusedOrEqual(ContentCoding coding, byte[] spoiled, byte[] body) {
        try {
            assertThat(open(coding, spoiled).length).isBetween(0, MOST);
        } catch (MalformedBatch refused) {
            assertThat(refused.field()).isEqualTo("body");
        }
    }

    private static byte[] spoiled(byte[] good, Random random) {
        var spoiled = random.nextBoolean() ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
        if (spoiled.length > 0) {
            spoiled[random.nextInt(spoiled.length)] ^= (byte) (1 + random.nextInt(255));
        }
        return spoiled;
    }

    private byte[] open(ContentCoding coding, byte[] body) throws MalformedBatch {
        var opened = opener.open(coding, body);
        return Arrays.copyOf(opened.bytes(), opened.length());
    }

    private static byte[] gzip(byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    private static byte[] zstdStream(byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZstdOutputStream(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[] one, byte[] two) {
        var both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
