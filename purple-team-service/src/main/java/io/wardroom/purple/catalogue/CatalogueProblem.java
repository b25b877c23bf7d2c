package io.wardroom.purple.catalogue;

import io.wardroom.common.problem.Problem;
import org.springframework.http.HttpStatus;

/// What a sync can be refused for.
enum CatalogueProblem implements Problem {
    BUNDLE_BROKEN,
    BUNDLE_MISSING;

    @Override
    public String code() {
        return name();
    }

    @Override
    public HttpStatus status() {
        return HttpStatus.BAD_REQUEST;
    }
}
