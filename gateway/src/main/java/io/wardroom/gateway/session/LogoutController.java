package io.wardroom.gateway.session;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.gateway.door.Call;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Log out.
@RestController
@Tag(name = "Authentication")
class LogoutController {
    private final Logouts logouts;
    private final SessionCookies cookies;

    LogoutController(Logouts logouts, SessionCookies cookies) {
        this.logouts = logouts;
        this.cookies = cookies;
    }

    @Operation(summary = "Log out: token, refresh token and cookie are refused from now on")
    @PostMapping("/api/v1/auth/logout")
    Mono<ResponseEntity<Void>> logOut(
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return logouts.logOut(token, Call.of(exchange).caller(exchange)).then(Mono.fromSupplier(() -> {
            var answer = ResponseEntity.noContent();
            cookies.gone(exchange).forEach(cookie -> answer.header(HttpHeaders.SET_COOKIE, cookie.toString()));
            return answer.build();
        }));
    }
}
