package io.wardroom.purple.intel;

import io.wardroom.common.problem.Problem;
import org.springframework.http.HttpStatus;

/// What a scan can be refused for.
enum IntelProblem implements Problem {
    FEED_BROKEN;

    @Override
    public String code() {
        return name();
    }

    @Override
    public HttpStatus status() {
        return HttpStatus.BAD_REQUEST;
    }
}
