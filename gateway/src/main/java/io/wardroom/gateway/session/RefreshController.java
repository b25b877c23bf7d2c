package io.wardroom.gateway.session;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.door.Call;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// New tokens for a refresh token.
@RestController
@Tag(name = "Authentication")
class RefreshController {
    private static final int LONGEST_TOKEN = 8192;

    private final Refreshes refreshes;

    RefreshController(Refreshes refreshes) {
        this.refreshes = refreshes;
    }

    @Operation(
            summary = "New tokens for a refresh token, which is spent",
            description = "Whoever shows it again within 10 seconds gets the same tokens; later the session ends.")
    @PostMapping(path = "/api/v1/auth/refresh", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<TokenView>> refresh(
            @RequestBody RefreshForm form, @Parameter(hidden = true) ServerWebExchange exchange) {
        return refreshes
                .refresh(form.checked(), Call.of(exchange).caller(exchange))
                .switchIfEmpty(Mono.error(() -> CommonProblem.UNAUTHORIZED.because("the refresh token is not good")))
                .map(tokens ->
                        ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(tokens));
    }

    /// @param refreshToken as a login or the last refresh gave it
    record RefreshForm(
            @JsonProperty("refresh_token") @Nullable String refreshToken) {
        String checked() {
            if (refreshToken == null || refreshToken.isBlank()) {
                throw ProblemException.invalid("refresh_token", "must not be blank");
            }
            if (refreshToken.length() > LONGEST_TOKEN) {
                throw ProblemException.invalid(
                        "refresh_token", "must have at most %d characters".formatted(LONGEST_TOKEN));
            }
            return refreshToken;
        }

        /// Never shows the token.
        @Override
        public String toString() {
            return "RefreshForm";
        }
    }
}
