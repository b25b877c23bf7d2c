package io.wardroom.ingest.intake;

import io.wardroom.common.problem.CommonProblem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/// Reads a request's body within a bound of bytes and of time.
final class BodyReading {
    private static final int FIRST_PIECE = 8 * 1024;

    private final int largestBody;
    private final long bodyNanos;

    BodyReading(int largestBody, long bodyNanos) {
        this.largestBody = largestBody;
        this.bodyNanos = bodyNanos;
    }

    sealed interface Read {
        record Whole(byte[] bytes) implements Read {}

        record Refused(Outcome.Refused refusal) implements Read {}
    }

    Read read(HttpServletRequest request, InFlight.Lease lease) throws IOException {
        var announced = request.getContentLengthLong();
        if (announced > largestBody) {
            return tooLarge();
        }
        var deadline = System.nanoTime() + bodyNanos;
        var bytes = new byte[announced >= 0 ? (int) announced : FIRST_PIECE];
        if (!lease.grow(bytes.length)) {
            return new Read.Refused(Outcome.unavailable("too many batches are under way"));
        }
        var in = request.getInputStream();
        var length = 0;
        try {
            while (true) {
                if (length == bytes.length) {
                    if (announced >= 0) {
                        return new Read.Whole(bytes);
                    }
                    // one byte beyond the bound tells a body of exactly its size from a longer one
                    var room = Math.min(largestBody + 1, length * 2);
                    if (!lease.grow(room - length)) {
                        return new Read.Refused(Outcome.unavailable("too many batches are under way"));
                    }
                    bytes = Arrays.copyOf(bytes, room);
                }
                var read = in.read(bytes, length, bytes.length - length);
                if (read < 0) {
                    return announced >= 0
                            ? new Read.Refused(Outcome.malformed("body", "is shorter than its Content-Length"))
                            : new Read.Whole(Arrays.copyOf(bytes, length));
                }
                length += read;
                if (length > largestBody) {
                    return tooLarge();
                }
                if (System.nanoTime() - deadline > 0) {
                    return new Read.Refused(Outcome.malformed("body", "did not arrive in time"));
                }
            }
        } catch (SocketTimeoutException late) {
            return new Read.Refused(Outcome.malformed("body", "did not arrive in time"));
        }
    }

    private Read tooLarge() {
        return new Read.Refused(Outcome.refused(
                CommonProblem.PAYLOAD_TOO_LARGE, "a batch may have at most %d bytes".formatted(largestBody)));
    }
}
