package io.wardroom.purple.technique;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/// How many techniques in use stand at each status.
public record Coverage(Map<TechniqueStatus, Integer> counts) {
    public int of(TechniqueStatus status) {
        return counts.getOrDefault(status, 0);
    }

    public int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Validated and partial ones in a hundred, to one decimal; 0 where there are none at all.
    public BigDecimal percentage() {
        return inHundred(2 * (of(TechniqueStatus.VALIDATED) + of(TechniqueStatus.PARTIAL)));
    }

    /// The same, where a partial one counts half.
    public BigDecimal weighted() {
        return inHundred(2 * of(TechniqueStatus.VALIDATED) + of(TechniqueStatus.PARTIAL));
    }

    private BigDecimal inHundred(int halves) {
        var total = total();
        return total == 0
                ? BigDecimal.ZERO.setScale(1)
                : BigDecimal.valueOf(50L * halves).divide(BigDecimal.valueOf(total), 1, RoundingMode.HALF_UP);
    }
}
