package io.wardroom.ingest.intake;

import io.wardroom.common.problem.Problem;
import org.springframework.http.HttpStatus;

/// What only this door refuses.
enum IntakeProblem implements Problem {
    /// Two starts of one agent send at the same time, and this is the newer: it must become an agent of its own.
    CLONE_SUSPECTED(HttpStatus.CONFLICT);

    private final HttpStatus status;

    IntakeProblem(HttpStatus status) {
        this.status = status;
    }

    @Override
    public String code() {
        return name();
    }

    @Override
    public HttpStatus status() {
        return status;
    }
}
