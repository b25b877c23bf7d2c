package io.wardroom.bench.simulator;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What is wrong with a simulated host.
enum Fault {
    /// Its clock is seven minutes late.
    CLOCK_DRIFT,
    /// Its processors always tell the same.
    FLAT_CPU,
    /// It runs twice, with one key and token.
    CLONE,
    /// It signs every third batch wrongly.
    BAD_SIGNATURE,
    /// It says nothing in the middle third of the run.
    SILENCE;

    /// One host in so many has a certain fault.
    private static final int AMONG = 20;

    String spelled() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @throws IllegalArgumentException with a sentence for a person
    static Set<Fault> parse(String words) {
        var faults = new LinkedHashSet<Fault>();
        for (var word : words.isEmpty() ? new String[0] : words.split(",")) {
            faults.add(Arrays.stream(values())
                    .filter(fault -> fault.spelled().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("--faults knows %s, and no %s"
                            .formatted(
                                    Arrays.stream(values()).map(Fault::spelled).collect(Collectors.joining(", ")),
                                    word))));
        }
        return faults;
    }

    /// Whether the host of that number has it, where all have what is numbered alike.
    boolean isOf(int host) {
        return host % AMONG == ordinal();
    }
}
