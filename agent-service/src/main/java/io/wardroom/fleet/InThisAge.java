package io.wardroom.fleet;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A date somebody may mean: what lies outside is a typing error, and beyond some point no database's either.
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = InThisAge.Check.class)
public @interface InThisAge {
    String message() default "must lie between the years 2000 and 2200";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    class Check implements ConstraintValidator<InThisAge, Instant> {
        private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
        private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

        @Override
        public boolean isValid(@Nullable Instant moment, ConstraintValidatorContext context) {
            return moment == null || holds(moment);
        }

        public static boolean holds(Instant moment) {
            return !moment.isBefore(EARLIEST) && moment.isBefore(LATEST);
        }
    }
}
