package io.wardroom.ingest.batch;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Decompresses bodies up to a bound, and not a byte beyond it.
public final class BodyOpener {
    private static final int POOLED = 16;
    // a frame may ask its reader for a window of gigabytes; 8 MiB is what RFC 8878 expects everyone to support
    private static final int LARGEST_WINDOW_LOG = 23;
    private static final int GZIP_HEADER = 10;
    private static final int GZIP_TRAILER = 8;

    private final ArrayBlockingQueue<Inflater> inflaters = new ArrayBlockingQueue<>(POOLED);
    private final ArrayBlockingQueue<ZstdDecompressCtx> contexts = new ArrayBlockingQueue<>(POOLED);
    private final int most;

    /// @param most bytes a body may have when it is open
    public BodyOpener(int most) {
        this.most = most;
    }

    /// @param bytes  may be longer than the body
    /// @param length the body's
    public record Opened(byte[] bytes, int length) {}

    /// @throws MalformedBatch if the body is not what its coding says, or too large when open
    public Opened open(ContentCoding coding, byte[] body) throws MalformedBatch {
        return switch (coding) {
            case IDENTITY -> new Opened(body, body.length);
            case GZIP -> gzip(body);
            case ZSTD -> zstd(body);
        };
    }

    private MalformedBatch tooLarge() {
        return MalformedBatch.tooLarge("body", "has more than %d bytes when decompressed".formatted(most));
    }

    private static MalformedBatch broken(String coding) {
        return MalformedBatch.at("body", "is no valid " + coding);
    }

    private Opened zstd(byte[] body) throws MalformedBatch {
        if (body.length == 0) {
            throw broken("zstd");
        }
        var size = Zstd.getFrameContentSize(body);
        if (size > most) {
            throw tooLarge();
        }
        // 0 and less: not told, or no frame at all
        if (size > 0) {
            var pooled = contexts.poll();
            var context = pooled == null ? new ZstdDecompressCtx() : pooled;
            try {
                var open = new byte[(int) size];
                return new Opened(open, context.decompressByteArray(open, 0, open.length, body, 0, body.length));
            } catch (ZstdException fault) {
                if (fault.getErrorCode() != Zstd.errDstSizeTooSmall()) {
                    throw broken("zstd");
                }
                // more frames follow the first, whose size was told
            } finally {
                keep(context);
            }
        }
        return zstdStream(body);
    }

    private void keep(ZstdDecompressCtx context) {
        if (!contexts.offer(context)) {
            context.close();
        }
    }

    private Opened zstdStream(byte[] body) throws MalformedBatch {
        try (var stream = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(body))) {
            stream.setLongMax(LARGEST_WINDOW_LOG);
            var open = new byte[Math.min(most, Math.max(4 * 1024, body.length * 4))];
            var length = 0;
            for (var read = 0; read >= 0; read = stream.read(open, length, open.length - length)) {
                length += read;
                if (length == open.length) {
                    if (length == most) {
                        if (stream.read() >= 0) {
                            throw tooLarge();
                        }
                        break;
                    }
                    open = Arrays.copyOf(open, Math.min(most, open.length * 2));
                }
            }
            return new Opened(open, length);
        } catch (IOException malformed) {
            throw broken("zstd");
        }
    }

    /// Reads the members of RFC 1952 by hand, because `GZIPInputStream` takes no inflater that was used before.
    private Opened gzip(byte[] body) throws MalformedBatch {
        var pooled = inflaters.poll();
        var inflater = pooled == null ? new Inflater(true) : pooled;
        try {
            return gzip(body, inflater);
        } catch (DataFormatException | ArrayIndexOutOfBoundsException malformed) {
            throw broken("gzip");
        } finally {
            inflater.reset();
            if (!inflaters.offer(inflater)) {
                inflater.end();
            }
        }
    }

    private Opened gzip(byte[] body, Inflater inflater) throws DataFormatException, MalformedBatch {
        var open = new byte[Math.min(most, Math.max(4 * 1024, body.length * 5))];
        var length = 0;
        var at = 0;
        do {
            at = endOfHeader(body, at);
            inflater.reset();
            inflater.setInput(body, at, body.length - at);
            var memberStart = length;
            var checksum = new CRC32();
            while (!inflater.finished()) {
                if (length == open.length && open.length < most) {
                    open = Arrays.copyOf(open, Math.min(most, open.length * 2));
                }
                var before = length;
                if (length == most) {
                    // one byte more would be too many
                    if (inflater.inflate(new byte[1]) > 0) {
                        throw tooLarge();
                    }
                } else {
                    length += inflater.inflate(open, length, open.length - length);
                }
                if (length == before && !inflater.finished() && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new DataFormatException("ends early");
                }
            }
            checksum.update(open, memberStart, length - memberStart);
            at = body.length - inflater.getRemaining();
            if (body.length - at < GZIP_TRAILER
                    || littleEndian(body, at) != (int) checksum.getValue()
                    || littleEndian(body, at + 4) != length - memberStart) {
                throw new DataFormatException("fails its checksum");
            }
            at += GZIP_TRAILER;
        } while (at < body.length);
        return new Opened(open, length);
    }

    private static int endOfHeader(byte[] body, int start) throws DataFormatException {
        if (body.length - start < GZIP_HEADER
                || body[start] != (byte) 0x1F
                || body[start + 1] != (byte) 0x8B
                || body[start + 2] != 8) {
            throw new DataFormatException("has no header");
        }
        var flags = body[start + 3];
        var at = start + GZIP_HEADER;
        if ((flags & 4) != 0) {
            at += 2 + (body[at] & 0xFF | (body[at + 1] & 0xFF) << 8);
        }
        for (var flag : new int[] {8, 16}) {
            if ((flags & flag) != 0) {
                while (body[at++] != 0) {
                    // a name or a comment, up to its NUL
                }
            }
        }
        if ((flags & 2) != 0) {
            at += 2;
        }
        if ((flags & 0xE0) != 0 || at > body.length) {
            throw new DataFormatException("has an unknown header");
        }
        return at;
    }

    private static int littleEndian(byte[] from, int at) {
        return from[at] & 0xFF | (from[at + 1] & 0xFF) << 8 | (from[at + 2] & 0xFF) << 16 | (from[at + 3] & 0xFF) << 24;
    }
}
