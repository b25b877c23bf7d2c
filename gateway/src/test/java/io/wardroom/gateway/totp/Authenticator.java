package io.wardroom.gateway.totp;

import static org.awaitility.Awaitility.await;

import dev.samstevens.totp.code.DefaultCodeGenerator;
import dev.samstevens.totp.code.HashingAlgorithm;
import dev.samstevens.totp.exceptions.CodeGenerationException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// An authenticator app, by another library than the gateway's. Never shows the same code twice.
public final class Authenticator {
    private static final int STEP_SECONDS = 30;
    /// From a code's making to its check, on a busy machine.
    private static final int SPARE_SECONDS = 12;

    private final String secret;
    private final Set<Long> shown = new HashSet<>();

    public Authenticator(String secret) {
        this.secret = secret;
    }

    static String code(String secret, Instant moment) {
        return code(secret, moment.getEpochSecond() / STEP_SECONDS);
    }

    private static String code(String secret, long step) {
        try {
            return new DefaultCodeGenerator(HashingAlgorithm.SHA1, 6).generate(secret, step);
        } catch (CodeGenerationException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /// A code that is good now and some seconds more; waits for one where all have been shown.
    public String code() {
        return await("a code not yet shown")
                .atMost(Duration.ofSeconds(90))
                .pollInSameThread()
                .until(this::unshown, Optional::isPresent)
                .orElseThrow();
    }

    private Optional<String> unshown() {
        var now = Instant.now().getEpochSecond();
        var step = now / STEP_SECONDS;
        // the last step's codes are good until this one ends
        var lastIsGood = now % STEP_SECONDS < STEP_SECONDS - SPARE_SECONDS;
        return (lastIsGood ? Stream.of(step - 1, step, step + 1) : Stream.of(step, step + 1))
                .filter(each -> !shown.contains(each))
                .findFirst()
                .map(each -> {
                    shown.add(each);
                    return code(secret, each);
                });
    }

    /// Six digits that are no code of this hour.
    public String wrongCode() {
        var step = Instant.now().getEpochSecond() / STEP_SECONDS;
        return Stream.iterate(0, digits -> digits + 1)
                .map("%06d"::formatted)
                .filter(digits -> Stream.iterate(step - 5, each -> each <= step + 5, each -> each + 1)
                        .noneMatch(each -> code(secret, each).equals(digits)))
                .findFirst()
                .orElseThrow();
    }
}
