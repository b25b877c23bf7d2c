package io.wardroom.gateway.ingest;

import io.wardroom.common.problem.Problem;
import org.springframework.http.HttpStatus;

/// What only the short way refuses; on the general route the web server does.
enum BatchProblem implements Problem {
    REQUEST_TIMEOUT(HttpStatus.REQUEST_TIMEOUT);

    private final HttpStatus status;

    BatchProblem(HttpStatus status) {
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
