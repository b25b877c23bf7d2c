package io.wardroom.common.problem;

import org.springframework.http.HttpStatus;

/// A refusal that a caller may expect. A feature's refusals stand in one enum that implements this.
public interface Problem {
    /// The machine-readable code, part of the API, in `UPPER_SNAKE`.
    String code();

    HttpStatus status();

    /// The exception that carries this refusal to the edge.
    ///
    /// @param detail one sentence for a person; never a secret
    default ProblemException because(String detail) {
        return new ProblemException(this, detail);
    }
}
